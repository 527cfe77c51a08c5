from .. import Input
from ._base import InputLayer, InputSpec, Layer
from ._convolution import (
    Conv1D, Conv1DTranspose, Conv2D, Conv2DTranspose, Conv3D, Conv3DTranspose, Convolution1D,
    Convolution1DTranspose, Convolution2D, Convolution2DTranspose, Convolution3D, Convolution3DTranspose,
    DepthwiseConv1D, DepthwiseConv2D, LocallyConnected1D, LocallyConnected2D, SeparableConv1D,
    SeparableConv2D, SeparableConvolution1D, SeparableConvolution2D,
)
from ._core import (
    Activation, ActivityRegularization, AlphaDropout, BatchNormalization, Dense, Dropout, ELU, EinsumDense,
    Embedding, Flatten, GaussianDropout, GaussianNoise, GroupNormalization, Identity, Lambda,
    LayerNormalization, LeakyReLU, Masking, PReLU, Permute, ReLU, RepeatVector, Reshape, Softmax,
    SpatialDropout1D, SpatialDropout2D, SpatialDropout3D, ThresholdedReLU, UnitNormalization,
)
from ._merging import (
    Add, AdditiveAttention, Attention, Average, Concatenate, Dot, Maximum, Minimum, MultiHeadAttention,
    Multiply, Subtract, add, average, concatenate, dot, maximum, minimum, multiply, subtract,
)
from ._pooling import (
    AveragePooling1D, AveragePooling2D, AveragePooling3D, AvgPool1D, AvgPool2D, AvgPool3D, Cropping1D,
    Cropping2D, Cropping3D, GlobalAveragePooling1D, GlobalAveragePooling2D, GlobalAveragePooling3D,
    GlobalAvgPool1D, GlobalAvgPool2D, GlobalAvgPool3D, GlobalMaxPool1D, GlobalMaxPool2D, GlobalMaxPool3D,
    GlobalMaxPooling1D, GlobalMaxPooling2D, GlobalMaxPooling3D, MaxPool1D, MaxPool2D, MaxPool3D, MaxPooling1D,
    MaxPooling2D, MaxPooling3D, UpSampling1D, UpSampling2D, UpSampling3D, ZeroPadding1D, ZeroPadding2D,
    ZeroPadding3D,
)
from ._preprocessing import (
    CategoryEncoding, CenterCrop, DenseFeatures, Discretization, HashedCrossing, Hashing, IntegerLookup,
    Normalization, RandomBrightness, RandomContrast, RandomCrop, RandomFlip, RandomHeight, RandomRotation,
    RandomTranslation, RandomWidth, RandomZoom, Rescaling, Resizing, StringLookup, TextVectorization,
)
from ._recurrent import (
    AbstractRNNCell, Bidirectional, ConvLSTM1D, ConvLSTM2D, ConvLSTM3D, CuDNNGRU, CuDNNLSTM, GRU, GRUCell,
    LSTM, LSTMCell, RNN, SimpleRNN, SimpleRNNCell, SpectralNormalization, StackedRNNCells, TimeDistributed,
    Wrapper,
)
