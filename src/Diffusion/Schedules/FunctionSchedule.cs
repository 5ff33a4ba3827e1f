namespace Diffusion.Schedules;

/// <summary>A schedule of two functions.</summary>
internal sealed class FunctionSchedule : NoiseSchedule
{
    private readonly Func<double, double> _signal, _noise;
    private readonly Func<double, double>? _timeOfLambda;

    public FunctionSchedule(int timesteps, Func<double, double> signal, Func<double, double> noise, Func<double, double>? timeOfLambda)
        : base(timesteps)
    {
        (_signal, _noise, _timeOfLambda) = (signal, noise, timeOfLambda);
        if (signal(0) != 1 || noise(0) != 0)
            throw new ArgumentException($"At t = 0 the signal is {signal(0)} and the noise {noise(0)}; the data there are x_0 itself, so they must be 1 and 0.", nameof(signal));
        var before = LevelAt(0);
        for (int t = 1; t <= T; t++)
        {
            var now = LevelAt(t);

            // S/g rises, without a division.
            if (!(now.S * before.G > before.S * now.G))
                throw new ArgumentException($"From t = {t - 1} to {t} the noise in units of the signal must rise, but goes from {before.S} of {before.G} to {now.S} of {now.G}.", nameof(noise));
            before = now;
        }
    }

    public override string Kind => "Functions";

    public override string ToJson() => throw new NotSupportedException(
        "A schedule of functions cannot be written to a file. Derive a class from NoiseSchedule whose ToJson says what makes it, and register it with ScheduleKinds.Register.");

    protected override NoiseLevel LevelAt(double t) => new(t, _signal(t), _noise(t));

    protected override double TimeAt(double lambda)
    {
        if (_timeOfLambda is not null)
            return _timeOfLambda(lambda);

        // Bisection until the bracket holds no number between its ends: lambda falls with time.
        double low = 0, high = T;
        while (true)
        {
            double middle = (low + high) / 2;
            if (!(middle > low && middle < high))
                return middle;
            if (LevelAt(middle).Lambda > lambda)
                low = middle;
            else
                high = middle;
        }
    }
}
