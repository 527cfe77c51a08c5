@data_sequence
class PyDataset:
    def __init__(self, workers=1, use_multiprocessing=False, max_queue_size=10): ...
    def __getitem__(self, index): ...
    def __len__(self): ...
    def on_epoch_begin(self): ...
    def on_epoch_end(self): ...

Sequence = PyDataset

@pure
class Progbar:
    def __init__(
        self, target, width=20, verbose=1, interval=0.05, stateful_metrics=None, stateless_metrics=None,
        unit_name="step",
    ): ...
    @pure
    def update(self, current, values=None, finalize=None): ...
    @pure
    def add(self, n, values=None): ...

@pure
class CustomObjectScope:
    def __init__(self, custom_objects): ...

custom_object_scope = CustomObjectScope

@pure
def array_to_img(x, data_format=None, scale=True, dtype=None): ...

@pure
def audio_dataset_from_directory(
    directory, labels="inferred", label_mode="int", class_names=None, batch_size=32, sampling_rate=None,
    output_sequence_length=None, ragged=False, shuffle=True, seed=None, validation_split=None, subset=None,
    follow_links=False, verbose=True,
): ...

@pure
def clear_session(free_memory=True): ...

@pure
def deserialize_keras_object(config, custom_objects=None, safe_mode=True, **kwargs): ...

@pure
def disable_interactive_logging(): ...

@pure
def enable_interactive_logging(): ...

@pure
def get_custom_objects(): ...

@pure
def get_file(
    fname=None, origin=None, untar=False, md5_hash=None, file_hash=None, cache_subdir="datasets",
    hash_algorithm="auto", extract=False, archive_format="auto", cache_dir=None, force_download=False,
): ...

@pure
def get_registered_name(obj): ...

@pure
def get_registered_object(name, custom_objects=None, module_objects=None): ...

@pure
def get_source_inputs(tensor): ...

@pure
def image_dataset_from_directory(
    directory, labels="inferred", label_mode="int", class_names=None, color_mode="rgb", batch_size=32,
    image_size=(256, 256), shuffle=True, seed=None, validation_split=None, subset=None,
    interpolation="bilinear", follow_links=False, crop_to_aspect_ratio=False, pad_to_aspect_ratio=False,
    data_format=None, format="tf", verbose=True,
): ...

@pure
def img_to_array(img, data_format=None, dtype=None): ...

@pure
def is_interactive_logging_enabled(): ...

@pure
def is_keras_tensor(x): ...

@pure
def load_img(path, color_mode="rgb", target_size=None, interpolation="nearest", keep_aspect_ratio=False): ...

@pure
def model_to_dot(
    model, show_shapes=False, show_dtype=False, show_layer_names=True, rankdir="TB", expand_nested=False,
    dpi=200, subgraph=False, show_layer_activations=False, show_trainable=False, splines="ortho", **kwargs,
): ...

@pure
def normalize(x, axis=-1, order=2): ...

@pure
def pack_x_y_sample_weight(x, y=None, sample_weight=None): ...

@pure
def pad_sequences(sequences, maxlen=None, dtype="int32", padding="pre", truncating="pre", value=0.0): ...

@pure
def plot_model(
    model, to_file="model.png", show_shapes=False, show_dtype=False, show_layer_names=False, rankdir="TB",
    expand_nested=False, dpi=200, show_layer_activations=False, show_trainable=False, splines="ortho",
    **kwargs,
): ...

@pure
def register_keras_serializable(package="Custom", name=None): ...

@pure
def save_img(path, x, data_format=None, file_format=None, scale=True, **kwargs): ...

@pure
def serialize_keras_object(obj): ...

@pure
def set_random_seed(seed): ...

@pure
def split_dataset(
    dataset, left_size=None, right_size=None, shuffle=False, seed=None, preferred_backend=None,
): ...

@pure
def standardize_dtype(dtype): ...

@pure
def text_dataset_from_directory(
    directory, labels="inferred", label_mode="int", class_names=None, batch_size=32, max_length=None,
    shuffle=True, seed=None, validation_split=None, subset=None, follow_links=False, format="tf",
    verbose=True,
): ...

@pure
def timeseries_dataset_from_array(
    data, targets, sequence_length, sequence_stride=1, sampling_rate=1, batch_size=128, shuffle=False,
    seed=None, start_index=None, end_index=None, format="tf",
): ...

@pure
def to_categorical(x, num_classes=None): ...

@pure
def unpack_x_y_sample_weight(data): ...
