namespace Diffusion.TwoPixel.Compare;

/// <summary>What the report says of guidance and the tilted distribution: words that depend on the numbers.</summary>
internal static class GuidanceTruthWords
{
    private static readonly double[] Guided = [.. GuidanceTruth.Weights.Where(w => w > 0)];

    /// <summary>Writes the paragraphs and tables.</summary>
    public static void Write(HtmlReport report, GuidanceTruthMetrics measured)
    {
        _ = report
            .Paragraph($"Guidance of weight w is often said to sample the tilted distribution p(x)·p(y | x)^(1 + w). Here that can be drawn exactly, by rejection, and so can what guidance draws be judged, without a network: exact denoisers, {measured.Steps} steps of DPM-Solver++ 2M unless the method says otherwise, class 0, and distances in floors, the mean distance of two sets of {measured.Points:N0} points of the truth.")
            .Paragraph(Controls(measured))
            .Table(ControlHeader, ControlRows(measured), "The truth, and the controls in floors. Shift: of the mean from that of the class, away from the other class; spread: the standard deviation along the line of the means, and across it.")
            .Paragraph(Finding(measured))
            .Table(Header, Rows("far apart", measured.Apart, nearest: false), $"Classes {Separation(measured.Apart)} standard deviations apart: the truth is the class itself for every w. Nominal settings.")
            .Table(Header, Rows("overlapping", measured.Overlapping, nearest: true), $"Classes {Separation(measured.Overlapping)} standard deviations apart. Nominal settings, then the nearest of all that were tried, one parameter varied at a time.")
            .Table(["w", "steps of CFG++", "lambda", "floors", "shift"], StepsRows(measured.Overlapping), "CFG++ has no limit of many steps: with the same lambda its guidance grows with them.");
    }

    /// <summary>The head of <see cref="ControlRows"/>.</summary>
    public static IReadOnlyList<string> ControlHeader { get; } = ["classes", "w", "floor", "its spread", "another set of the truth", "the class itself", "exact score of the truth", "shift", "spread"];

    /// <summary>The head of <see cref="Rows"/>.</summary>
    public static IReadOnlyList<string> Header { get; } = ["w", "guidance", "setting", "floors", "shift", "spread along", "spread across"];

    /// <summary>The controls, one row for each truth.</summary>
    public static IEnumerable<IReadOnlyList<string>> ControlRows(GuidanceTruthMetrics measured) =>
        from each in new[] { ("far apart", measured.Apart), ("overlapping", measured.Overlapping) }
        from target in each.Item2.Targets
        select (IReadOnlyList<string>)[each.Item1, Short(target.Weight), F4(target.Floor), F2(target.FloorSpread), F2(target.Again), F2(target.ClassItself), F2(target.ExactScore),
            F3(target.Moments.Along), $"{F3(target.Moments.DeviationAlong)}, {F3(target.Moments.DeviationAcross)}"];

    /// <summary>Every method: the truth first, then nominal settings, and the nearest ones.</summary>
    public static IEnumerable<IReadOnlyList<string>> Rows(string classes, TruthMeasured measured, bool nearest)
    {
        foreach (double w in Guided)
        {
            var truth = measured.Targets.First(target => target.Weight == w);
            yield return [Short(w), $"the truth, {classes}", "", F2(truth.Again), .. Moments(truth.Moments)];
            foreach (string method in GuidanceMethods.Sweeps.Select(sweep => sweep.Name).Distinct())
            {
                var nominal = measured.NominalOf(method, w);
                yield return [Short(w), method, Setting(nominal), F2(nominal.Floors), .. Moments(nominal.Moments)];
                if (nearest)
                {
                    var best = measured.NearestOf(method, w);
                    yield return [Short(w), $"{method}, nearest", Setting(best), F2(best.Floors), .. Moments(best.Moments)];
                }
            }
        }
    }

    /// <summary>CFG++ at one lambda and several numbers of steps.</summary>
    public static IEnumerable<IReadOnlyList<string>> StepsRows(TruthMeasured measured) =>
        measured.Runs.Where(run => run is { Method: GuidanceMethods.PlusPlus, Parameter: "steps" })
            .Select(run => (IReadOnlyList<string>)[Short(run.Weight), Short(run.Value), F3(run.Weight * GuidanceMethods.LambdaPerWeight), F2(run.Floors), F3(run.Moments.Along)]);

    /// <summary>Whether the measurement can be trusted, by its controls.</summary>
    public static bool IsTrusted(GuidanceTruthMetrics measured) =>
        measured.Apart.Targets.Concat(measured.Overlapping.Targets).All(target => Math.Max(target.Again, target.ExactScore) < GuidanceTruthComparison.Right)
        && measured.Overlapping.Targets.Where(target => target.Weight > 0).All(target => target.ClassItself >= GuidanceTruthComparison.Told);

    /// <summary>The setting of a run, such as w = 1 or t/T up to 0.5.</summary>
    public static string Setting(TruthRun run) => $"{run.Parameter}{(run.Parameter.Contains(' ', StringComparison.Ordinal) ? "" : " =")} {Short(run.Value)}";

    private static string Controls(GuidanceTruthMetrics measured)
    {
        var all = measured.Apart.Targets.Concat(measured.Overlapping.Targets).ToList();
        double right = all.Max(target => Math.Max(target.Again, target.ExactScore)), wrong = measured.Overlapping.Targets.Where(target => target.Weight > 0).Min(target => target.ClassItself);
        string numbers = $"What is right, another set of the truth and the same solver with the truth's own exact score, is at most {F2(right)} floors away; points of the class itself, where the classes overlap, at least {F1(wrong)}";
        return IsTrusted(measured)
            ? $"{numbers}. So neither solver nor measure is what is found below."
            : $"{numbers}. Accepted are less than {GuidanceTruthComparison.Right} and at least {GuidanceTruthComparison.Told}: with so few points the measurement does not tell enough, and nothing below is a finding.";
    }

    private static string Finding(GuidanceTruthMetrics measured)
    {
        if (!IsTrusted(measured))
            return "More points (--points) tell more.";
        var (overlapping, apart) = (measured.Overlapping, measured.Apart);
        string Of(TruthMeasured mixture, Func<TruthMeasured, double, TruthRun> choose) => string.Join(" and ", Guided.Select(w => F1(choose(mixture, w).Floors)));
        double far = Guided.Min(w => apart.NominalOf(GuidanceMethods.Free, w).Floors), near = Guided.Min(w => overlapping.NominalOf(GuidanceMethods.Free, w).Floors);
        string free = Math.Min(far, near) >= GuidanceTruthComparison.Told
            ? $"Classifier-free guidance does not sample it. For w = {string.Join(" and ", Guided.Select(Short))} it is {Of(overlapping, (m, w) => m.NominalOf(GuidanceMethods.Free, w))} floors off where the classes overlap, and {Of(apart, (m, w) => m.NominalOf(GuidanceMethods.Free, w))} where they are far apart and the truth is the class itself"
            : $"Classifier-free guidance is at least {F1(Math.Min(far, near))} floors off";
        string nearest = string.Join(" and ", Guided.Select(w => $"{Short(overlapping.NearestOf(GuidanceMethods.Free, w).Value)} ({F1(overlapping.NearestOf(GuidanceMethods.Free, w).Floors)} floors)"));
        var best = Guided.Select(w => GuidanceMethods.Sweeps.Select(sweep => sweep.Name).Distinct().Select(method => overlapping.NearestOf(method, w)).MinBy(run => run.Floors)!).ToList();
        return $"{free}. The weights that come nearest to the truth for these are {nearest}. Of all that was tried, nearest are {string.Join(" and ", best.Select(run => $"{run.Method} with {Setting(run)} ({F1(run.Floors)} floors, w = {Short(run.Weight)})"))}.";
    }

    private static string Separation(TruthMeasured measured)
    {
        var (first, second) = (GaussianMixture.TwoPixel.Components[0], GaussianMixture.TwoPixel.Components[1]);
        return F1(double.Hypot(first.Left - second.Left, first.Right - second.Right) / measured.Sigma);
    }

    private static string[] Moments(TruthMoments moments) => [F3(moments.Along), F3(moments.DeviationAlong), F3(moments.DeviationAcross)];

    private static string Short(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    private static string F1(double value) => value.ToString("F1", CultureInfo.InvariantCulture);
}
