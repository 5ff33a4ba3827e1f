using Diffusion.TwoPixel.Study;

namespace Diffusion.TwoPixel.Compare;

/// <summary>Where the comparison has its files, in the folder of the study.</summary>
internal sealed class CompareFolder(StudyFolder study)
{
    /// <summary>The names of the figures, in the order of the report.</summary>
    public static IReadOnlyList<string> Figures { get; } = ["samplers", "samplers-flow-edm", "samplers-paths", "distillation", "classifier-guidance", "variance", "likelihood"];

    public StudyFolder Study => study;

    public string Continuous => study.File($"model-continuous-T{CompareSettings.ContinuousT}.safetensors");

    public string Flow => study.File($"model-flow-T{CompareSettings.ContinuousT}.safetensors");

    public string Edm => study.File($"model-edm-T{CompareSettings.ContinuousT}.safetensors");

    public string Learned => study.File($"model-learned-variance-T{CompareSettings.DiscreteT}.safetensors");

    public string Teacher => study.File($"model-v-T{CompareSettings.TeacherT}.safetensors");

    public string Classifier => study.File($"noisy-classifier-T{CompareSettings.DiscreteT}.safetensors");

    public string Metrics => study.File("compare.json");

    public string Report => study.File("compare.html");

    public string Student(int steps) => study.File($"student-{steps}.safetensors");
}
