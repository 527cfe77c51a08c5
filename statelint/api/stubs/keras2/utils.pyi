@data_sequence
class Sequence:
    def __getitem__(self, index): ...
    def __len__(self): ...
    def __iter__(self): ...
    def on_epoch_end(self): ...

@pure
class Progbar:
    def __init__(
        self, target, width=30, verbose=1, interval=0.05, stateful_metrics=None, unit_name="step",
    ): ...
    @pure
    def update(self, current, values=None, finalize=None): ...
    @pure
    def add(self, n, values=None): ...

@pure
class CustomObjectScope:
    def __init__(self, *args): ...

custom_object_scope = CustomObjectScope

@pure
def array_to_img(x, data_format=None, scale=True, dtype=None): ...

@pure
def audio_dataset_from_directory(
    directory, labels="inferred", label_mode="int", class_names=None, batch_size=32, sampling_rate=None,
    output_sequence_length=None, ragged=False, shuffle=True, seed=None, validation_split=None, subset=None,
    follow_links=False,
): ...

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
    hash_algorithm="auto", extract=False, archive_format="auto", cache_dir=None,
): ...

@pure
def get_registered_name(obj): ...

@pure
def get_registered_object(name, custom_objects=None, module_objects=None): ...

@pure
def get_source_inputs(tensor, layer=None, node_index=None): ...

@pure
def image_dataset_from_directory(
    directory, labels="inferred", label_mode="int", class_names=None, color_mode="rgb", batch_size=32,
    image_size=(256, 256), shuffle=True, seed=None, validation_split=None, subset=None,
    interpolation="bilinear", follow_links=False, crop_to_aspect_ratio=False, **kwargs,
): ...

@pure
def img_to_array(img, data_format=None, dtype=None): ...

@pure
def is_interactive_logging_enabled(): ...

@pure
def load_img(
    path, grayscale=False, color_mode="rgb", target_size=None, interpolation="nearest",
    keep_aspect_ratio=False,
): ...

@pure
def model_to_dot(
    model, show_shapes=False, show_dtype=False, show_layer_names=True, rankdir="TB", expand_nested=False,
    dpi=96, subgraph=False, layer_range=None, show_layer_activations=False, show_trainable=False,
): ...

@pure
def normalize(x, axis=-1, order=2): ...

@pure
def pack_x_y_sample_weight(x, y=None, sample_weight=None): ...

@pure
def pad_sequences(sequences, maxlen=None, dtype="int32", padding="pre", truncating="pre", value=0.0): ...

@pure
def plot_model(
    model, to_file="model.png", show_shapes=False, show_dtype=False, show_layer_names=True, rankdir="TB",
    expand_nested=False, dpi=96, layer_range=None, show_layer_activations=False, show_trainable=False,
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
def split_dataset(dataset, left_size=None, right_size=None, shuffle=False, seed=None): ...

@pure
def text_dataset_from_directory(
    directory, labels="inferred", label_mode="int", class_names=None, batch_size=32, max_length=None,
    shuffle=True, seed=None, validation_split=None, subset=None, follow_links=False,
): ...

@pure
def timeseries_dataset_from_array(
    data, targets, sequence_length, sequence_stride=1, sampling_rate=1, batch_size=128, shuffle=False,
    seed=None, start_index=None, end_index=None,
): ...

@pure
def to_categorical(y, num_classes=None, dtype="float32"): ...

@pure
def to_ordinal(y, num_classes=None, dtype="float32"): ...

@pure
def unpack_x_y_sample_weight(data): ...

@pure
def warmstart_embedding_matrix(
    base_vocabulary, new_vocabulary, base_embeddings, new_embeddings_initializer="uniform",
): ...
