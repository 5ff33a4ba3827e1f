using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Diffusion.Autograd;
using Diffusion.Models;
using Diffusion.Schedules;
using Diffusion.Tensors;

namespace Diffusion.Onnx;

/// <summary>Writes trained models as ONNX: the network, or one step of a sampler, and in the metadata what a loop around it needs.</summary>
public static class ModelExport
{
    /// <summary>The names of the inputs and the result that a step has beside those of a network.</summary>
    public const string Next = "t_next", Guidance = "w", XNext = "x_next";

    /// <summary>
    /// The network of a model (<see cref="OnnxExport.Of{T}(Networks.DenoisingNetwork{T}, Shape?, int?, Shape?)"/>). The metadata have, as JSON lists over t = 0 ... T: <c>g</c> and <c>s</c> of
    /// x_t = g·x_0 + s·noise, <c>alphas_cumprod</c> (g²), <c>x0_factor</c> and <c>noise_factor</c> (the network predicts x0_factor·x_0 + noise_factor·noise), and <c>input_scale</c>
    /// (by which x_t is multiplied before the network sees it).
    /// </summary>
    /// <exception cref="ExportException">Something cannot be exported; the message says what.</exception>
    public static OnnxFile Of<T>(Model<T> model)
        where T : unmanaged, IFloatingPointIeee754<T> => Described(model, OnnxExport.Of(model.Network, timesteps: model.Schedule.T));

    /// <summary>
    /// One step of DDIM without noise (arXiv:2010.02502, eq. 12) with classifier-free guidance: <c>x_next</c> from x_t, whole t, an earlier whole <c>t_next</c>, the
    /// condition and <c>w</c>: (1 + w)·conditional - w·unconditional. A network that takes no condition has no <c>w</c>.
    /// </summary>
    /// <exception cref="ExportException">Something cannot be exported, or x_0 does not follow from what is predicted at some t.</exception>
    public static OnnxFile DdimStep<T>(Model<T> model)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (network, schedule, asked) = (model.Network, model.Schedule, model.Objective.Parameterisation);
        List<OnnxInput> inputs = [.. OnnxExport.InputsOf(network, null, schedule.T, null, wholeTimes: true), new OnnxTimes(Next, schedule.T, IsWhole: true)];
        bool isConditional = inputs.Count > 3;
        if (isConditional)
            inputs.Add(new OnnxNumber(Guidance));

        // Of x_t and the prediction q: x_0 = X0X·x_t + X0Q·q, noise = NoiseX·x_t + NoiseQ·q.
        NoiseLevel[] levels = [.. Enumerable.Range(0, schedule.T + 1).Select(t => schedule.At(t))];
        var solved = levels.Select(level => Solve(asked, level)).ToArray();
        Tensor<T> g = Table<T>(levels.Select(level => level.G)), s = Table<T>(levels.Select(level => level.S)), scale = Table<T>(levels.Select(asked.InputScaleAt));
        Tensor<T> x0x = Table<T>(solved.Select(each => each.X0X)), x0q = Table<T>(solved.Select(each => each.X0Q));
        Tensor<T> noiseX = Table<T>(solved.Select(each => each.NoiseX)), noiseQ = Table<T>(solved.Select(each => each.NoiseQ));
        return Described(model, OnnxExport.Of(network, inputs, (tape, probe) =>
        {
            var x = tape.Variable(probe.Data(OnnxExport.Xt));
            double[] t = probe.Times(OnnxExport.Time);
            int[] from = Array.ConvertAll(t, each => (int)each), to = Array.ConvertAll(probe.Times(Next), each => (int)each);
            Variable<T> At(Tensor<T> table, int[] times) => tape.Variable(table).Lookup(times, tape).Reshape(new Shape([probe.Samples, .. Enumerable.Repeat(1, x.Shape.Rank - 1)]));

            var seen = asked.KeepsInput ? x : x * At(scale, from);
            var q = network.Forward(tape, seen.Value, t, OnnxExport.ConditionOf(probe, inputs));
            if (isConditional)
            {
                var w = tape.Variable(Tensor<T>.Scalar(T.CreateChecked(probe.Number(Guidance))));
                q += w * (q - network.Forward(tape, seen.Value, t, OnnxExport.ConditionOf(probe, inputs, isAsked: false)));
            }

            var x0 = (At(x0x, from) * x) + (At(x0q, from) * q);
            var noise = (At(noiseX, from) * x) + (At(noiseQ, from) * q);
            return [(XNext, (At(g, to) * x0) + (At(s, to) * noise))];
        }));
    }

    private static (double X0X, double X0Q, double NoiseX, double NoiseQ) Solve(Parameterisation asked, NoiseLevel level)
    {
        var (a, b) = asked.At(level);
        double determinant = (b * level.G) - (a * level.S);
        return determinant == 0
            ? level.Time == 0 ? default : throw new ExportException($"At t = {level.Time} neither x_0 nor the noise follows from {asked.Name} and x_t, so a step cannot be exported; the network can.")
            : (b / determinant, -level.S / determinant, -a / determinant, level.G / determinant);
    }

    private static Tensor<T> Table<T>(IEnumerable<double> values)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T[] numbers = [.. values.Select(T.CreateChecked)];
        return Tensor<T>.From([numbers.Length, 1], numbers);
    }

    private static OnnxFile Described<T>(Model<T> model, OnnxFile file)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var asked = model.Objective.Parameterisation;
        NoiseLevel[] levels = [.. Enumerable.Range(0, model.Schedule.T + 1).Select(t => model.Schedule.At(t))];
        void List(string name, Func<NoiseLevel, double> of) => file.Metadata[name] = JsonSerializer.Serialize(levels.Select(of));

        file.Metadata["architecture"] = model.Network.Architecture;
        file.Metadata["network"] = model.Network.ConfigurationJson;
        file.Metadata["schedule"] = model.Schedule.ToJson();
        file.Metadata["objective"] = model.Objective.Name;
        file.Metadata["objective_settings"] = model.Objective.Settings;
        file.Metadata["parameterisation"] = asked.Name;
        file.Metadata["T"] = model.Schedule.T.ToString(CultureInfo.InvariantCulture);
        file.Metadata["classes"] = model.Network.Classes.ToString(CultureInfo.InvariantCulture);
        file.Metadata["no_label"] = DenoiserArguments.NoLabel.ToString(CultureInfo.InvariantCulture);
        List("g", level => level.G);
        List("s", level => level.S);
        List("alphas_cumprod", level => level.A);
        List("x0_factor", level => asked.At(level).OfX0);
        List("noise_factor", level => asked.At(level).OfNoise);
        List("input_scale", asked.InputScaleAt);
        return file;
    }
}
