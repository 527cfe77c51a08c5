from .. import Input
from ._base import InputLayer, InputSpec, Layer
from ._convolution import (
    Conv1D, Conv1DTranspose, Conv2D, Conv2DTranspose, Conv3D, Conv3DTranspose, Convolution1D,
    Convolution1DTranspose, Convolution2D, Convolution2DTranspose, Convolution3D, Convolution3DTranspose,
    DepthwiseConv1D, DepthwiseConv2D, SeparableConv1D, SeparableConv2D, SeparableConvolution1D,
    SeparableConvolution2D,
)
from ._core import (
    Activation, ActivityRegularization, AlphaDropout, BatchNormalization, Dense, Dropout, ELU, EinsumDense,
    Embedding, Flatten, FlaxLayer, GaussianDropout, GaussianNoise, GroupNormalization, Identity, JaxLayer,
    Lambda, LayerNormalization, LeakyReLU, Masking, PReLU, Permute, RMSNormalization, ReLU, RepeatVector,
    Reshape, ReversibleEmbedding, Softmax, SpatialDropout1D, SpatialDropout2D, SpatialDropout3D, TFSMLayer,
    TorchModuleWrapper, ThresholdedReLU, UnitNormalization,
)
from ._merging import (
    Add, AdditiveAttention, Attention, Average, Concatenate, Dot, GroupQueryAttention, Maximum, Minimum,
    MultiHeadAttention, Multiply, Subtract, add, average, concatenate, dot, maximum, minimum, multiply,
    subtract,
)
from ._pooling import (
    AdaptiveAveragePooling1D, AdaptiveAveragePooling2D, AdaptiveAveragePooling3D, AdaptiveMaxPooling1D,
    AdaptiveMaxPooling2D, AdaptiveMaxPooling3D, AveragePooling1D, AveragePooling2D, AveragePooling3D,
    AvgPool1D, AvgPool2D, AvgPool3D, Cropping1D, Cropping2D, Cropping3D, GlobalAveragePooling1D,
    GlobalAveragePooling2D, GlobalAveragePooling3D, GlobalAvgPool1D, GlobalAvgPool2D, GlobalAvgPool3D,
    GlobalMaxPool1D, GlobalMaxPool2D, GlobalMaxPool3D, GlobalMaxPooling1D, GlobalMaxPooling2D,
    GlobalMaxPooling3D, MaxPool1D, MaxPool2D, MaxPool3D, MaxPooling1D, MaxPooling2D, MaxPooling3D,
    UpSampling1D, UpSampling2D, UpSampling3D, ZeroPadding1D, ZeroPadding2D, ZeroPadding3D,
)
from ._preprocessing import (
    AugMix, AutoContrast, CategoryEncoding, CenterCrop, ContrastLimitedAdaptiveHistogramEqualization, CutMix,
    Discretization, Equalization, HashedCrossing, Hashing, IntegerLookup, MaxNumBoundingBoxes, MelSpectrogram,
    MixUp, Normalization, Pipeline, RandAugment, RandomBrightness, RandomColorDegeneration, RandomColorJitter,
    RandomContrast, RandomCrop, RandomElasticTransform, RandomErasing, RandomFlip, RandomGaussianBlur,
    RandomGrayscale, RandomHue, RandomInvert, RandomPerspective, RandomPosterization, RandomRotation,
    RandomSaturation, RandomSharpness, RandomShear, RandomTranslation, RandomZoom, Rescaling, Resizing,
    STFTSpectrogram, Solarization, StringLookup, TextVectorization,
)
from ._recurrent import (
    Bidirectional, ConvLSTM1D, ConvLSTM2D, ConvLSTM3D, GRU, GRUCell, LSTM, LSTMCell, RNN, SimpleRNN,
    SimpleRNNCell, SpectralNormalization, StackedRNNCells, TimeDistributed, Wrapper,
)
