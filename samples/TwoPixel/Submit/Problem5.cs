namespace Diffusion.TwoPixel.Submit;

/// <summary>Digits, where they were asked for.</summary>
internal static class Problem5
{
    public static void Write(PdfReport report, Findings findings)
    {
        if (findings.Digits is not { } digits)
        {
            _ = report.Paragraph("This problem is not part of this document; --mnist adds it.");
            return;
        }

        var (model, network) = (digits.Model, digits.Model.Network);
        _ = report
            .Paragraph($"A UNet of four levels with residual layers and attention ({network.Parameters.Sum(parameter => (long)parameter.Value.Length):N0} parameters) was trained on MNIST for {model.Training.Iterations:N0} steps of {model.Training.Batch} digits, T = {model.Schedule.T}. It comes trained with the project; the command train of samples/Mnist trains it again, which takes hours.")
            .Figure(digits.Grid, $"64 digits, and what was asked for in each place. {digits.Settings.Describe()}")
            .Figure(digits.Trajectory, "One generation by the full reverse process: the state below, and above it the digit that the network expects.")
            .Heading("Changes")
            .List(
            [
                $"The network predicts {model.Objective.Parameterisation}, where the assignment has it predict the noise: at t near T the noise says next to nothing of x_0, so that its error is magnified there, and v = √ᾱ·ε − √(1 − ᾱ)·x_0 is sound at both ends.",
                "The predicted x_0 is clamped to the range of pixels.",
                $"The grid is drawn by a fast solver: {digits.Settings.Describe()}",
            ])
            .Heading("Part by part, or all at once?");
        foreach (string paragraph in digits.Numbers.Answer())
            _ = report.Paragraph(paragraph);
        _ = report.Figure(digits.Formation, $"The measurement that comes with the model ({digits.Numbers.Generations} full generations; samples/Mnist -- formation measures again).");
    }
}
