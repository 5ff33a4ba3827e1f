namespace Diffusion.Tensors.Randomness;

/// <summary>What random numbers are drawn for. Each purpose has streams of its own, so one never shifts another.</summary>
public enum Purpose
{
    /// <summary>The first values of the weights.</summary>
    Weights = 0,

    /// <summary>Which data are seen, and their order.</summary>
    Data = 1,

    /// <summary>The diffusion time of each training sample.</summary>
    Time = 2,

    /// <summary>The noise that is added to training data.</summary>
    Noise = 3,

    /// <summary>Which labels are dropped for classifier-free guidance.</summary>
    LabelDropout = 4,

    /// <summary>Which activations are dropped.</summary>
    Dropout = 5,

    /// <summary>The pure noise that the reverse process starts from.</summary>
    Start = 6,

    /// <summary>The noise of the steps of the reverse process.</summary>
    ReverseStep = 7,

    /// <summary>Whatever is drawn to measure.</summary>
    Metrics = 8,
}
