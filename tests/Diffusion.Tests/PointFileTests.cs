using System.Buffers.Binary;
using System.Text;
using Diffusion.Data;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Tests;

public sealed class PointFileTests
{
    private string _path = "";

    [SetUp]
    public void MakeFile() => _path = Path.Combine(Directory.CreateTempSubdirectory("points").FullName, "file");

    [TearDown]
    public void RemoveFolder() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);

    [Test]
    public void Csv_is_what_it_says()
    {
        PointFile.WriteCsv(_path, Tensor<float>.From([2, 2, 1], .1f, -2, 1e-10f, 3), [1, -1]);
        Assert.That(File.ReadAllText(_path), Is.EqualTo("left,right,label\n0.1,-2,1\n1E-10,3,-1\n"));
        PointFile.WriteTrajectoryCsv(_path, [(50, Tensor<float>.From([1, 2, 1], 1, 2)), (24.5, Tensor<float>.From([1, 2, 1], 3, 4))], [0]);
        Assert.That(File.ReadAllText(_path), Is.EqualTo("step,t,left,right,label\n0,50,1,2,0\n1,24.5,3,4,0\n"));
    }

    [Test]
    public void Csv_and_npy_read_back_exactly()
    {
        var stream = new RandomSource(14).For(Purpose.Metrics).At(0);
        var points = stream.Normal<double>([1000, 2, 1]);
        int[] labels = [.. Enumerable.Range(-1, 1000)];
        PointFile.WriteCsv(_path, points, labels);
        var (read, readLabels) = PointFile.ReadCsv<double>(_path);
        Assert.That(read.Span.SequenceEqual(points.Span));
        Assert.That(readLabels, Is.EqualTo(labels));

        PointFile.WriteNpy(_path, points);
        Assert.That(PointFile.ReadNpy<double>(_path).Span.SequenceEqual(points.Span));
        var single = points.To<float>();
        PointFile.WriteNpy(_path, single);
        Assert.That(PointFile.ReadNpy<float>(_path).Span.SequenceEqual(single.Span));
        PointFile.WriteNpy(_path, Tensor<float>.Zeros([0, 2, 1]));
        Assert.That(PointFile.ReadNpy<float>(_path).Shape, Is.EqualTo(new Shape(0, 2, 1)));
    }

    [Test]
    public void Npy_has_the_layout_of_numpy()
    {
        PointFile.WriteNpy(_path, Tensor<float>.From([1, 2, 1], 1, -2));
        byte[] bytes = File.ReadAllBytes(_path);
        int length = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8));
        string header = Encoding.ASCII.GetString(bytes, 10, length);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(bytes[..8], Is.EqualTo(new byte[] { 0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0 }));
            Assert.That((10 + length) % 64, Is.Zero);
            Assert.That(header.TrimEnd(), Is.EqualTo("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }"));
            Assert.That(header, Does.EndWith("\n"));
            Assert.That(bytes[(10 + length)..], Is.EqualTo(new byte[] { 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0 }));
        }
    }

    [TestCase("")]
    [TestCase("x,y\n1,2\n")]
    [TestCase("left,right,label\n1,2\n")]
    [TestCase("left,right,label\n1,b,0\n")]
    [TestCase("left,right,label\n1,2,-2\n")]
    [TestCase("left,right,label\n1,2,0.5\n")]
    [TestCase("left,right,label\n1,2,3,4\n")]
    [TestCase("left,right,label\n1,2\0,3\n")]
    [TestCase("left,right,label\n1,2,3\0\n")]
    [TestCase("left,right,label\n1,2,1e300\n")]
    [TestCase("left,right,label\n1,2,NaN\n")]
    [TestCase("left,right,label\n1,2,\n")]
    [TestCase("left,right,label\n\n1,2,0\n")]
    [TestCase("left,right\n1,2,0\n")]
    [TestCase("left,right\n1\n")]
    [TestCase("left,label\n1,2\n")]
    public void Broken_csv_is_refused(string text)
    {
        File.WriteAllText(_path, text);
        Assert.That(() => PointFile.ReadCsv<float>(_path), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(_path));
    }

    [TestCase("left,right,label\n 0.5 , 0.25 , 0 \n-1,\t2,-1\n", 0, -1, TestName = "blanks around numbers")]
    [TestCase("left, right, label\n0.5,0.25,0\n-1,2,-1\n", 0, -1, TestName = "blanks in the header")]
    [TestCase(" left,right\t\n0.5,0.25\n-1,2\n", -1, -1, TestName = "no labels")]
    [TestCase("left,right,label\n0.5,0.25,3.0\n-1,2,-1.00\n", 3, -1, TestName = "labels with decimals")]
    [TestCase("left,right,label\n0.5,0.25,1e1\n-1,2,+2\n", 10, 2, TestName = "labels with an exponent or a plus")]
    [TestCase("left,right,label\r\n0.5,0.25,0\r\n-1,2,1\r\n\r\n  \r\n", 0, 1, TestName = "blank lines at the end")]
    public void Csv_of_other_tools_is_read(string text, int first, int second)
    {
        File.WriteAllText(_path, text);
        var (points, labels) = PointFile.ReadCsv<double>(_path);
        Assert.That(points.Shape, Is.EqualTo(new Shape(2, 2, 1)));
        Assert.That(points.Span.ToArray(), Is.EqualTo([0.5, 0.25, -1, 2]));
        Assert.That(labels, Is.EqualTo([first, second]));
    }

    [Test]
    public void Every_cut_of_an_npy_is_refused()
    {
        PointFile.WriteNpy(_path, Tensor<float>.From([1, 2, 1], 1, -2));
        byte[] bytes = File.ReadAllBytes(_path);
        for (int length = 0; length < bytes.Length; length++)
        {
            File.WriteAllBytes(_path, bytes[..length]);
            Assert.That(() => PointFile.ReadNpy<float>(_path), Throws.InstanceOf<InvalidDataException>(), $"{length} bytes");
        }

        bytes[7] = 1;
        bytes[6] = 2;
        File.WriteAllBytes(_path, bytes);
        Assert.That(() => PointFile.ReadNpy<float>(_path), Throws.InstanceOf<InvalidDataException>());
    }

    [Test]
    public void What_is_no_set_of_points_is_not_written()
    {
        Assert.That(() => PointFile.WriteCsv(_path, Tensor<float>.Zeros([2, 3]), []), Throws.ArgumentException);
        Assert.That(() => PointFile.WriteCsv(_path, Tensor<float>.Zeros([3, 2, 1]), [0, 1]), Throws.ArgumentException);
        Assert.That(() => PointFile.WriteNpy(_path, Tensor<float>.Zeros([2, 3])), Throws.ArgumentException);
        Assert.That(File.Exists(_path), Is.False);
    }

    // 24 bytes for each point, twice for a moment, and the first line is no measure for the others.
    [Test]
    public void A_large_file_of_points_takes_no_more_memory_than_it_is_long()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("points").FullName, "points.csv");
        try
        {
            File.WriteAllLines(path, ["left,right,label", "0,0,0", .. Enumerable.Range(0, 100_000).Select(i => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{(i % 997) / 997.0:F12},{-(i % 991) / 991.0:F12},{i % 3}"))]);
            long before = GC.GetAllocatedBytesForCurrentThread();
            var (points, labels) = PointFile.ReadCsv<float>(path);
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(new FileInfo(path).Length));
            Assert.That((points.Shape[0], labels.Length, labels[5]), Is.EqualTo((100_001, 100_001, 1)));
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }
}
