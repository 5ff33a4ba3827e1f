namespace Diffusion.Mutation.Faults;

/// <summary>Faults in src/Diffusion: schedules, objectives, samplers, guidance, training, data, metrics.</summary>
internal static class DiffusionFaults
{
    private const string Folder = "src/Diffusion/", Schedules = Folder + "Schedules/", Sampling = Folder + "Sampling/", Guidance = Folder + "Guidance/";
    private const string Training = Folder + "Training/", Models = Folder + "Models/", Data = Folder + "Data/", Networks = Folder + "Networks/", Metrics = Folder + "Metrics/";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Fault> All { get; } =
    [
        // Schedules and quantities.
        new(Schedules + "VariancePreservingSchedule.cs", "_posteriorVariance[t] = _betas[t] * restBefore / rest;", "_posteriorVariance[t] = _betas[t];", "the posterior variance is beta"),
        new(Schedules + "VariancePreservingSchedule.cs", "_posteriorMeanCoefXt[t] = Math.Sqrt(_alphas[t]) * restBefore / rest;", "_posteriorMeanCoefXt[t] = _sqrtAlphasCumprod[t] * restBefore / rest;", "alpha bar for alpha in the posterior mean"),
        new(Schedules + "VariancePreservingSchedule.cs", "_posteriorMeanCoefX0[t] = _sqrtAlphasCumprod[t - 1] * _betas[t] / rest;", "_posteriorMeanCoefX0[t] = _sqrtAlphasCumprod[t] * _betas[t] / rest;", "an off-by-one in t in the posterior mean"),
        new(Schedules + "VariancePreservingSchedule.cs", "_alphasCumprod[t] = _alphasCumprod[t - 1] * _alphas[t];", "_alphasCumprod[t] = _alphas[t];", "alpha for alpha bar"),
        new(Schedules + "VariancePreservingSchedule.cs", "? _betas[(int)t.Time] : 1 - (t.A / s.A);", "? _betas[(int)s.Time] : 1 - (t.A / s.A);", "an off-by-one in t in beta"),
        new(Schedules + "NoiseSchedule.cs", "double alpha = from.A / to.A,", "double alpha = from.A,", "alpha bar for alpha in a reverse step"),
        new(Schedules + "NoiseSchedule.cs", "Math.Sqrt(alpha) * to.B / from.B, beta * to.B / from.B);", "Math.Sqrt(alpha) * to.B / from.B, beta);", "the variance of a reverse step is its beta"),
        new(Schedules + "ScheduleBetas.cs", "(t - 1.0) / (steps - 1)", "(double)t / steps", "the linear betas begin one step late"),
        new(Schedules + "ScheduleBetas.cs", "before = now;", "", "each beta is counted from the first step"),
        new(Folder + "Parameterisation.cs", "static level => (-level.S, level.G)", "static level => (level.S, level.G)", "a sign in the velocity"),
        new(Folder + "Parameterisation.cs", "return (level.G * b) - (level.S * a);", "return (level.G * b) + (level.S * a);", "a sign in the determinant of two quantities"),

        // Objectives and training.
        new(Folder + "Objectives/TimeSampling.cs", "stream.Integers(1, schedule.T + 1,", "stream.Integers(0, schedule.T,", "an off-by-one in t: training never sees T"),
        new(Folder + "Objectives/LearnedVarianceObjective.cs", "BoundWeight * batch.Schedule.T", "BoundWeight", "the bound is not the sum over all t"),
        new(Folder + "Objectives/EdmObjective.cs", "-(LogMean + (LogDeviation * t))", "LogMean + (LogDeviation * t)", "a sign in EDM's log sigma"),
        new(Folder + "Objectives/TrainingBatch.cs", "Xt, static level => (level.G, level.S));", "Xt, static level => (level.A, level.S));", "alpha bar for its root in the forward process"),
        new(Training + "Trainer.cs", "random.For(Purpose.Noise).Normal(noise.Span, x0.Length / x0.Shape[0]);", "random.For(Purpose.Data).Normal(noise.Span, x0.Length / x0.Shape[0]);", "a wrong stream: the noise is drawn from the numbers that choose the data"),
        new(Training + "Trainer.cs", "var random = Random.Derive(HeldOutStream);", "var random = Random;", "held-out batches repeat the streams of training"),
        new(Training + "Trainer.cs", "if (_chances[i] >= Configuration.LabelDropout)", "if (_chances[i] < Configuration.LabelDropout)", "labels are kept where they should be dropped"),
        new(Training + "Trainer.cs", "Network.Train(false);", "", "validation drops activations"),
        new(Training + "Trainer.cs", "Optimizer.Parameters[i].Value.CopyFrom(weights[i]);", "{ }", "a stale buffer: after a validation the averages stay in the network"),
        new(Training + "TrainingLoop.cs", "Optimizer.LearningRate = _rates.At(step);", "Optimizer.LearningRate = _rates.At(step + 1);", "an off-by-one in the learning rate's step"),
        new(Training + "TrainingLoop.cs", "Average.Update();", "", "the moving average never moves"),
        new(Training + "TrainingLoop.cs", "Average.Resume(steps);", "", "a run that goes on counts the average's updates anew"),

        // Networks.
        new(Networks + "TwoPixelUNet.cs", "Operations.Concatenate([h3, h1]);", "Operations.Concatenate([h1, h3]);", "the skip on the wrong side"),
        new(Networks + "TwoPixelUNet.cs", "+ _convolution.Bias;", "+ Variable<T>.FromTensor(Tensor<T>.Zeros(_convolution.Bias!.Shape));", "a missing bias where all samples share their condition"),
        new(Networks + "TwoPixelUNet.cs", "c2, e, groups: 32, weights", "c2, e, groups: 4, weights", "wrong groups in the second block"),
        new(Networks + "Embeddings.cs", "Select(t => (double)t / _timesteps)", "Select(t => (t + 1.0) / _timesteps)", "an off-by-one in t in the table of features"),
        new(Networks + "Embeddings.cs", "row = label == DenoiserArguments.NoLabel ? nullClass : label;", "row = label == DenoiserArguments.NoLabel ? 0 : label;", "no label is taken for label 0"),
        new(Networks + "Embeddings.cs", "if (!_fourier.Frequencies.Span.SequenceEqual(frequencies))", "if (frequencies.Length == 0)", "a stale buffer: features of frequencies that were replaced"),

        // Samplers and guidance.
        new(Sampling + "DdpmSampler.cs", "-step.Beta / (from.S * root);", "step.Beta / (from.S * root);", "a sign in DDPM's mean"),
        new(Sampling + "DdpmSampler.cs", "(to.Time > 0 || NoiseAtLastStep)", "(from.Time > 0 || NoiseAtLastStep)", "noise is added at the last step"),
        new(Sampling + "DdpmSampler.cs", "double root = Math.Sqrt(step.Alpha);", "double root = from.G;", "alpha bar for alpha in DDPM's mean"),
        new(Sampling + "DdimSampler.cs", "to.B - (q * q)", "to.B", "DDIM's direction does not make room for the noise"),
        new(Sampling + "HeunSampler.cs", "run.Move(ofX, step / 2, run.Past().Noise, step / 2, second.Noise);", "run.Move(ofX, step, run.Past().Noise);", "Heun's second slope left out"),
        new(Sampling + "DpmSolverSampler.cs", "run.Past().X0, -ofData * extrapolation, run.Past(1).X0);", "run.Past().X0, ofData * extrapolation, run.Past(1).X0);", "a sign in the extrapolation of DPM-Solver"),
        new(Sampling + "SamplingRun.cs", ".For(Purpose.ReverseStep).At(StreamOf(time));", ".For(Purpose.ReverseStep).At(0);", "a wrong stream: each step adds the same noise"),
        new(Sampling + "SamplingRun.cs", "perSample, firstSample: from));", "perSample));", "a wrong stream: samples of later parts repeat those of the first"),
        new(Sampling + "SamplingRun.cs", "Array.Copy(_predicted, 0, _predicted, 1, _predicted.Length - 1);", "", "a stale buffer: the level of the prediction before"),
        new(Guidance + "ClassifierFreeGuidance.cs", "double[] guided = Deviations(_quantity);", "double[] guided = conditional;", "the guided prediction is not scaled back"),
        new(Guidance + "ClassifierFreeGuidance.cs", "        {\n            prediction.Mix(Weight + 1, -Weight, other);", "        {\n            prediction.Mix(Weight + 1, Weight, other);", "a sign in classifier-free guidance"),
        new(Guidance + "ClassifierGuidance.cs", "(1, -Scale * level.S)", "(1, -Scale * level.G)", "classifier guidance weighted by the signal"),
        new(Guidance + "GuidanceInterval.cs", "prediction.CopyRows(i, other, i, 1);", "prediction.CopyRows(i, other, 0, 1);", "all samples outside of the interval get the first one's prediction"),

        // Files, data, metrics.
        new(Models + "CheckpointFile.cs", "SafetensorsFile.Verify(written);", "", "a new checkpoint is not read again before it replaces the old one")
        {
            Equivalent = "What was just written and flushed reads back as it is, unless the disk changes it: no test in a process can make one that does.",
        },
        new(Models + "CheckpointFile.cs", "if (File.Exists(path))\n            File.Move(path, previous, overwrite: true);\n        File.Move(written, path, overwrite: true);", "File.Move(written, path, overwrite: true);", "the checkpoint before is not kept"),
        new(Models + "CheckpointFile.cs", "|| losses.Length != step)", ")", "losses of another number of steps are accepted"),
        new(Data + "IdxFile.cs", "if (stream.ReadByte() >= 0)", "if (stream.ReadByte() > 0)", "a zero byte behind an IDX file is accepted"),
        new(Data + "TensorSource.cs", "_labels.Span[from];", "_labels.Span[i];", "a swapped label: that of another sample"),
        new(Data + "GaussianMixture.cs", "normal.AsSpan((i * perSample) + 2, d)", "normal.AsSpan(i * perSample, d)", "points are drawn from the numbers that have chosen their component"),
        new(Data + "NoisedComponent.cs", "_gain[i] = data.ScaledVariance(g, i) * _inverse[i];", "_gain[i] = data.ScaledVariance(a, i) * _inverse[i];", "alpha bar for its root in the exact posterior"),
        new(Folder + "Likelihood/DiscreteBound.cs", "terms[t - 1] += term / samples;", "terms[t] += term / samples;", "an off-by-one in t in the terms of the bound"),
        new(Folder + "Likelihood/DiscreteBound.cs", "(a / b) - 1 - Math.Log(a / b)", "(a / b) - Math.Log(a / b)", "a dropped term of the divergence"),
        new(Metrics + "EnergyDistance.cs", "- MeanDistance(x, x, d) - MeanDistance(y, y, d);", "- MeanDistance(x, x, d);", "a dropped term of the energy distance"),
        new(Metrics + "PrecisionRecall.cs", "|| j == from + i)", ")", "a point counts as its own nearest neighbour"),
        new(Metrics + "FrechetDistance.cs", "covariance[i] /= n - 1;", "covariance[i] /= n;", "the covariance divided by N"),
    ];
}
