namespace Diffusion.TwoPixel.Study;

/// <summary>Tensors [N, 2, 1] as points to draw, and the other way.</summary>
internal static class PixelTensors
{
    /// <summary>The first points.</summary>
    public static Pixels[] Points(Tensor<float> tensor, int count = int.MaxValue) =>
        [.. Enumerable.Range(0, Math.Min(count, tensor.Shape[0])).Select(i => new Pixels(tensor.Span[2 * i], tensor.Span[(2 * i) + 1]))];

    /// <summary>Their mean.</summary>
    public static Pixels Mean(IEnumerable<Pixels> points) => new(points.Average(p => p.Left), points.Average(p => p.Right));

    /// <summary>Points as a network takes them.</summary>
    public static Tensor<float> Of(IReadOnlyCollection<Pixels> points) =>
        Tensor<float>.From([points.Count, 2, 1], [.. points.SelectMany(p => new[] { (float)p.Left, (float)p.Right })]);

    /// <summary>The way of each point from noise to data.</summary>
    public static Trajectory[] Paths(ISampler<float> sampler, IDenoiser<float> denoiser, NoiseSchedule schedule, Tensor<float> start, Condition<float> condition, RandomSource random)
    {
        var recorder = new TrajectoryRecorder<float>();
        _ = sampler.Sample(denoiser, schedule, start, condition, random, recorder);
        double[] times = [.. recorder.States.Select(state => state.Time)];
        var states = recorder.States.Select(state => Points(state.X)).ToList();
        return [.. Enumerable.Range(0, start.Shape[0]).Select(i => new Trajectory([.. states.Select(points => points[i])], times))];
    }
}
