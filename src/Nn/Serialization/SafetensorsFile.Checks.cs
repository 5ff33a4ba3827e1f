using System.Numerics;
using System.Text;

namespace Diffusion.Nn.Serialization;

public static partial class SafetensorsFile
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static SafetensorsType TypeOf<T>()
        where T : unmanaged, IFloatingPointIeee754<T> => default(T) switch
        {
            double => SafetensorsType.F64,
            Half => SafetensorsType.F16,
            _ => SafetensorsType.F32,
        };

    private static void CheckTexts(IEnumerable<string> names, IReadOnlyDictionary<string, string>? metadata)
    {
        foreach (string name in names)
        {
            if (name == "__metadata__")
                throw new ArgumentException("A tensor cannot have the name '__metadata__', which the format keeps for itself.", nameof(names));
            CheckText(name);
        }

        foreach (var (key, value) in metadata ?? new Dictionary<string, string>())
        {
            CheckText(key);
            CheckText(value);
        }
    }

    private static void CheckText(string text)
    {
        try
        {
            _ = StrictUtf8.GetByteCount(text);
        }
        catch (EncoderFallbackException e)
        {
            throw new ArgumentException($"The text '{text}' is not valid Unicode.", nameof(text), e);
        }
    }
}
