using System.Text.Json.Serialization;

namespace Diffusion.Schedules;

/// <summary>The families of noise schedules.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ScheduleKind>))]
public enum ScheduleKind
{
    /// <summary>Squared cosine (Nichol and Dhariwal, arXiv:2102.09672).</summary>
    Cosine = 0,

    /// <summary>Betas rise linearly (DDPM, arXiv:2006.11239, section 4), scaled to the number of steps.</summary>
    Linear = 1,

    /// <summary>A falls as a logistic function (Jabri, Fleet and Chen, arXiv:2212.11972).</summary>
    Sigmoid = 2,
}
