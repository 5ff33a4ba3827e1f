namespace Diffusion.Onnx;

/// <summary>
/// Permutations, slices, flips and repetitions, told from the strides of a view: a slice of each dimension of the input, those in the
/// order of the result, and new dimensions along which they are repeated.
/// </summary>
internal static class ViewMapping
{
    private const long BeforeTheFirst = long.MinValue;

    public static OnnxValue Map(OnnxOperation operation)
    {
        var plans = operation.Views.Select(Plan.Of).ToList();
        var first = plans[0];
        if (plans.Any(plan => !plan.Sources.SequenceEqual(first.Sources) || plan.IsSliced.Zip(first.IsSliced).Any(pair => pair.First != pair.Second) || !plan.Steps.SequenceEqual(first.Steps)))
            throw new ExportException("A view of a tensor is another one for other numbers of samples.");
        var graph = operation.Graph;
        var input = operation.Inputs[0];
        int rank = input.Shape.Count;
        string x = input.Last;
        int[] axes = [.. Enumerable.Range(0, rank).Where(d => first.IsSliced[d])];
        if (axes.Length > 0)
        {
            if (axes.Any(d => plans.Any(plan => plan.Starts[d] != first.Starts[d] || plan.Ends[d] != first.Ends[d])))
                throw new ExportException("A slice along a dimension that grows with the batch depends on its extent.");
            x = graph.Node("Slice", [x, .. new[] { first.Starts, first.Ends, [.. Enumerable.Range(0, rank).Select(d => (long)d)], first.Steps }.Select(all => graph.Integers(axes.Select(d => all[d])))]);
        }

        // The dimensions that are seen, in the order of the result; the others have one position left.
        int[] seen = [.. first.Sources.Where(d => d >= 0)];
        x = graph.Transpose(x, [.. seen, .. Enumerable.Range(0, rank).Except(seen)]);
        Extent[] once = [.. operation.Shape.Select((extent, i) => first.Sources[i] < 0 ? 1 : extent)];
        if (once.Length != rank || seen.Length != rank)
            x = graph.Reshape(x, once);
        return operation.Last(once.SequenceEqual(operation.Shape) ? x : graph.Node("Expand", [x, graph.ShapeOf(operation.Shape)]));
    }

    private sealed record Plan(int[] Sources, bool[] IsSliced, long[] Starts, long[] Ends, long[] Steps)
    {
        public static Plan Of(ProbedView view)
        {
            int rank = view.Input.Length;
            int[] strides = new int[rank], sources = new int[view.Shape.Length];
            long[] starts = new long[rank], ends = new long[rank], steps = new long[rank];
            for (int d = rank - 1, stride = 1; d >= 0; stride *= view.Input[d--])
                strides[d] = stride;

            // An offset is a position in each dimension, and a stride k steps along one.
            for (int d = 0, rest = view.Offset; d < rank; rest %= strides[d++])
                (starts[d], ends[d], steps[d]) = (rest / strides[d], (rest / strides[d]) + 1, 1);
            for (int i = 0; i < sources.Length; i++)
            {
                sources[i] = -1;
                int size = Math.Abs(view.Strides[i]);
                if (size == 0 || view.Shape[i] == 1)
                    continue;
                int d = sources[i] = Enumerable.Range(0, rank).First(d => view.Input[d] > 1 && strides[d] <= size);
                steps[d] = view.Strides[i] / strides[d];
                ends[d] = starts[d] + (steps[d] * view.Shape[i]);
                if (ends[d] < 0)
                    ends[d] = BeforeTheFirst;
            }

            // A dimension that is seen whole needs no slice, however long it is.
            bool[] sliced = [.. Enumerable.Range(0, rank).Select(d => steps[d] != 1 || starts[d] != 0 || ends[d] != view.Input[d])];
            return new(sources, sliced, starts, ends, steps);
        }
    }
}
