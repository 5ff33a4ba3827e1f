using Diffusion.Digits;
using Diffusion.Generation;
using Diffusion.Images.Experiments;
using Diffusion.Images.Running;

namespace Diffusion.TwoPixel.Submit;

/// <summary>Problem 5: digits of the trained model that comes with the project.</summary>
/// <param name="Grid">64 digits beside what was asked for.</param>
/// <param name="Trajectory">One generation by the full process.</param>
/// <param name="Formation">When pixels settle, from the measurement that comes with the model.</param>
/// <param name="Numbers">That measurement.</param>
/// <param name="Model">The model.</param>
/// <param name="Settings">How the digits were made.</param>
internal sealed record DigitsPart(Drawing Grid, Drawing Trajectory, Drawing Formation, FormationNumbers Numbers, Model<float> Model, GenerationSettings Settings)
{
    private const int Count = 64;

    /// <summary>Draws the digits; the folder receives their animation and their numbers.</summary>
    public static DigitsPart Make(StudyFolder output, ulong seed)
    {
        var (preset, files) = (new DigitsPreset(), DigitsPreset.Files);
        var generator = new Generator<float>(ModelFile.Load<float>(files.Model), DigitsPreset.StandardGeneration with { Seed = seed });
        var folder = new ImagesFolder(output.File("digits"));
        var study = new Images.Experiments.Study(preset, generator, generator.RandomLabels(Count), folder, IsPretrained: true);
        var drawings = Drawing.Capture(() =>
        {
            new SamplesExperiment().Run(study);
            new Images.Experiments.TrajectoryExperiment().Run(study);
        });
        return new(
            drawings[folder.Figure(preset.SamplesFigure)], drawings[folder.Figure("trajectory")], Drawing.OfPicture(files.File("formation.png")),
            FormationNumbers.Load(files.File("formation.json")), generator.Model, generator.Settings);
    }
}
