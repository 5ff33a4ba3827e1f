using Diffusion.Nn.Serialization;
using Diffusion.Tensors;
using NUnit.Framework;

namespace Diffusion.Nn.Tests;

/// <summary>A file that was written with a checksum is refused where a bit of it has changed.</summary>
public sealed class SafetensorsChecksumTests
{
    [Test]
    public void A_changed_number_is_noticed()
    {
        string path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{Guid.NewGuid():N}.safetensors");
        try
        {
            SafetensorsFile.WriteChecked(path, new Dictionary<string, Tensor<float>> { ["a"] = Tensor<float>.From([3], [1, 2, 3]) }, new Dictionary<string, string> { ["made"] = "here" });
            Assert.That(SafetensorsFile.Read<float>(path).Metadata, Is.EqualTo(new Dictionary<string, string> { ["made"] = "here" }));

            byte[] bytes = File.ReadAllBytes(path);
            bytes[^1] ^= 1;
            File.WriteAllBytes(path, bytes);
            Assert.That(() => SafetensorsFile.Read<float>(path), Throws.TypeOf<InvalidDataException>().With.Message.Contains("its SHA-256 is not the one in its metadata"));
            Assert.That(() => SafetensorsFile.Verify(path), Throws.TypeOf<InvalidDataException>());
        }
        finally
        {
            File.Delete(path);
        }
    }
}
