using Diffusion.Figures;
using Diffusion.Generation;
using Diffusion.Images.Running;
using Diffusion.Models;

namespace Diffusion.Images.Experiments;

/// <summary>What experiments work with.</summary>
/// <param name="Preset">Defaults and words.</param>
/// <param name="Generator">The model, and how images are generated.</param>
/// <param name="Labels">The classes asked for; -1 for none.</param>
/// <param name="Output">Where files go.</param>
/// <param name="IsPretrained">Whether the model is the one that comes with the program.</param>
internal sealed record Study(Preset Preset, Generator<float> Generator, int[] Labels, ImagesFolder Output, bool IsPretrained)
{
    public Model<float> Model => Generator.Model;

    public int T => Model.Schedule.T;

    public int Classes => Model.Network.Classes;

    /// <summary>The names of the classes.</summary>
    public string[] Names { get; } = ClassNames.Of(Generator.Model);

    /// <summary>A file of what another command measured: beside the model that comes with the program, or in the folder.</summary>
    public string MeasuredFile(string name) => IsPretrained ? Preset.Pretrained!.File(name) : Output.File(name);

    /// <summary>A class in words: "digit 3", "class circle".</summary>
    public string NameOf(int label) => $"{(Preset.Thing == "image" ? "class" : Preset.Thing)} {Names[label]}";
}

/// <summary>One experiment of the study: it measures, draws, and explains itself.</summary>
internal abstract class Experiment
{
    /// <summary>What it is, for the progress and the report.</summary>
    public abstract string Title { get; }

    /// <summary>Whether it can be done with a model.</summary>
    public virtual bool Applies(Study study) => true;

    /// <summary>Measures and draws.</summary>
    public abstract void Run(Study study);

    /// <summary>Writes its section of the report, whose heading is there.</summary>
    public abstract void Explain(Study study, HtmlReport report);
}
