namespace Diffusion.TwoPixel.Study;

/// <summary>Numbers as the reports write them.</summary>
internal static class Wording
{
    public static string F2(double value) => value.ToString("F2", CultureInfo.InvariantCulture);

    public static string F3(double value) => value.ToString("F3", CultureInfo.InvariantCulture);

    public static string F4(double value) => value.ToString("F4", CultureInfo.InvariantCulture);

    public static string Percent(double value, string format = "0.##") => (100 * value).ToString(format, CultureInfo.InvariantCulture) + " %";

    /// <summary>Three decimals of each, with "and" between them.</summary>
    public static string Pair(double[] values) => string.Join(" and ", values.Select(F3));

    /// <summary>Numbers by class as the files have them: 0, 1, ..., and none.</summary>
    public static SortedDictionary<string, TValue> ByClass<TValue>(IEnumerable<(int Label, TValue Value)> values)
    {
        var result = new SortedDictionary<string, TValue>(StringComparer.Ordinal);
        foreach (var (label, value) in values)
            result[label == DenoiserArguments.NoLabel ? "none" : label.ToString(CultureInfo.InvariantCulture)] = value;
        return result;
    }

    /// <summary>Those numbers in the order in which they are told: none first, then class by class.</summary>
    public static IEnumerable<TValue> InOrder<TValue>(SortedDictionary<string, TValue> byClass) =>
        byClass.OrderBy(pair => pair.Key == "none" ? -1 : int.Parse(pair.Key, CultureInfo.InvariantCulture)).Select(pair => pair.Value);
}
