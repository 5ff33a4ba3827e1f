using Diffusion.Autograd;
using Diffusion.Data;
using Diffusion.Figures;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Nn;
using Diffusion.Objectives;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Training;

// 1. A tensor is a shape over memory; printing one shows both.
var a = Tensor<float>.From([2, 3], 1, 2, 3, 4, 5, 6);
Console.WriteLine(a.MatMul(a, transposeB: true));

// 2. A gradient: operations on a tape's variables are recorded, and Backward walks the tape in reverse.
using (var tape = Tape<float>.Start())
{
    var x = tape.Variable(Tensor<float>.From([3], -1, 0, 1), requiresGradient: true, name: "x");
    tape.Backward(x.Silu().Sum());
    Console.WriteLine($"d/dx sum(silu(x)) = {x.Gradient}");
}

// 3. Is it right? Central differences in double precision say so, for our operations and for yours.
var report = GradientCheck.Run(v => (v[0] * v[1]).Tanh(), [Tensor<double>.From([3], 0.3, -0.2, 0.5), Tensor<double>.From([1], 2)], ["x", "w"]);
Console.WriteLine(report);

// 4. A small network learns which arm of a spiral a point is on.
const int Points = 400;
var random = new RandomSource(Seed: 1);
var (points, labels) = Spiral(random);
var weights = new WeightInitializer(random);
var network = new Sequential<float>(new Linear<float>(2, 32, weights), new SiLU<float>(), new Linear<float>(32, 32, weights), new SiLU<float>(), new Linear<float>(32, 2, weights));
var optimiser = new Adam<float>(network.Parameters) { LearningRate = 1e-2 };
for (int step = 1; step <= 1000; step++)
{
    using var tape = Tape<float>.Start();                  // its memory returns when it ends
    var loss = Loss.CrossEntropy(network.Forward(tape.Variable(points)), labels);
    tape.Backward(loss);
    optimiser.Step();
    if (step % 250 == 0)
        Console.WriteLine($"step {step}: loss {loss.Value.ToScalar():F4}");
}

// 5. A picture of what it has learned.
Directory.CreateDirectory("out/getting-started");
ClassificationPlot.Save("out/getting-started/spiral.png", [.. Enumerable.Range(0, Points).Select(i => new Pixels(points[i, 0], points[i, 1]))], labels, Probability, "A spiral, learned");
Console.WriteLine("out/getting-started/spiral.png");

// 6. Diffusion: data are covered by noise in 50 steps, and a network learns to tell the noise from the data, for each of two moons.
var moons = ToyData.TwoMoons;
var schedule = NoiseSchedule.Cosine(timesteps: 50);
var trainer = new Trainer<float>(Denoiser(), schedule, new SimpleObjective<float>(), new ToySource<float>(moons), new TrainingConfiguration { Iterations = 4000, Batch = 256 });
trainer.Run(progress => Console.Write(progress.Step % 1000 == 0 ? $"step {progress.Step}: loss {trainer.Losses.TakeLast(100).Average():F4}\n" : ""));
var model = Model<float>.Of(trainer, Denoiser());

// 7. From pure noise, step by step, come new points of the moon that is asked for.
var (truth, ofMoon) = moons.Sample(2000, random.At(0));
var start = Start.Draw<float>(random, truth.Shape);
var samples = new DpmSolverSampler<float>(settings: new SamplerSettings { Steps = 20 }).Sample(model.Denoiser, schedule, start, ofMoon, random);
PointsPlot.Save("out/getting-started/moons.png", "From noise to two moons", ("noise", Cloud(start)), ("samples", Cloud(samples)), ("data", Cloud(truth)));
Console.WriteLine("out/getting-started/moons.png");

DenoisingNetwork<float> Denoiser() => new MlpDenoiser<float>(new MlpConfiguration { Dimensions = 2, Classes = moons.Classes, Timesteps = schedule.T }, random);

PixelCloud Cloud(Tensor<float> x) => new([.. Enumerable.Range(0, x.Shape[0]).Select(i => new Pixels(x[i, 0, 0], x[i, 1, 0]))], ofMoon);

double Probability(double left, double right) => network.Forward(Tensor<float>.From([1, 2], (float)left, (float)right)).Softmax().Value[0, 1];

static (Tensor<float> Points, int[] Labels) Spiral(RandomSource random)
{
    var points = random.For(Purpose.Data).At(0).Normal<float>([Points, 2]).Scale(0.02f);
    int[] labels = [.. Enumerable.Range(0, Points).Select(i => i % 2)];
    for (int i = 0; i < Points; i++)
    {
        var (sin, cos) = MathF.SinCos((i / 2 / (Points / 2f) * 2.5f * MathF.PI) + (labels[i] * MathF.PI));
        points[i, 0] += cos * (0.1f + (0.9f * i / Points));
        points[i, 1] += sin * (0.1f + (0.9f * i / Points));
    }

    return (points, labels);
}
