def cardinality(dataset): ...

def assert_cardinality(expected_cardinality): ...

def get_single_element(dataset): ...

def unbatch(): ...

@shuffles
def shuffle_and_repeat(buffer_size, count=None, seed=None): ...

@shuffles
def make_csv_dataset(
    file_pattern, batch_size, column_names=None, column_defaults=None, label_name=None, select_columns=None,
    field_delim=",", use_quote_delim=True, na_value="", header=True, num_epochs=None, shuffle=True,
    shuffle_buffer_size=10000, shuffle_seed=None, prefetch_buffer_size=None, num_parallel_reads=None,
    sloppy=False, num_rows_for_inference=100, compression_type=None, ignore_errors=False, encoding="utf-8",
): ...

@calls
def map_and_batch(
    map_func, batch_size, num_parallel_batches=None, drop_remainder=False, num_parallel_calls=None,
): ...

@calls
def parallel_interleave(
    map_func, cycle_length, block_length=1, sloppy=False, buffer_output_elements=None,
    prefetch_input_elements=None,
): ...
