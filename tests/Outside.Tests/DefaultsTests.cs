using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using Diffusion.Autograd;
using Diffusion.Data;
using Diffusion.Nn;
using Diffusion.Schedules;
using Diffusion.Tensors;
using NUnit.Framework;

namespace Diffusion.Outside.Tests;

/// <summary>
/// What settings are where nobody sets them is part of what users rely on: a changed learning rate changes what their programs do, and nothing else says
/// so. A change of a default is meant where it is also made in defaults.txt.
/// </summary>
public sealed class DefaultsTests
{
    [Test]
    public void Defaults_are_those_that_were_written_down()
    {
        string file = Path.Combine(Repository.Root, "tests", "Outside.Tests", "defaults.txt");
        string[] known = [.. File.ReadLines(file)], today = [.. Assemblies().SelectMany(assembly => assembly.GetExportedTypes()).SelectMany(Defaults).Order(StringComparer.Ordinal)];
        Assert.That(today, Has.Length.GreaterThan(80));
        string[] changes = [.. today.Except(known).Select(line => $"+ {line}"), .. known.Except(today).Select(line => $"- {line}")];
        if (changes.Length > 0)
            Assert.Fail($"The libraries (+) and {file} (-) differ:\n{string.Join('\n', changes)}");
    }

    private static Assembly[] Assemblies() => [typeof(Shape).Assembly, typeof(Loss).Assembly, typeof(Adam<>).Assembly, typeof(NoiseSchedule).Assembly];

    // Settable properties of what is made without arguments: numbers, words and choices. Where digits lie the environment may say.
    private static IEnumerable<string> Defaults(Type type)
    {
        if (type.IsAbstract || type.IsValueType || type.GetGenericArguments().Length > 1)
            yield break;
        if (type.IsGenericTypeDefinition)
            type = type.MakeGenericType(typeof(float));
        if (type.GetConstructor([]) is not { } constructor)
            yield break;
        object made = constructor.Invoke([]);
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property is { CanRead: true, SetMethod.IsPublic: true } && !property.IsDefined(typeof(RequiredMemberAttribute)) && property.Name != nameof(MnistOptions.SharedFolder)))
        {
            object? value = property.GetValue(made);
            if (value is null or string or bool or Enum || value.GetType().IsPrimitive)
                yield return string.Create(CultureInfo.InvariantCulture, $"{type.Namespace}.{type.Name.Split('`')[0]}.{property.Name} = {value ?? "null"}");
        }
    }
}
