using System.Reflection;
using System.Runtime.CompilerServices;
using System.Xml.Linq;
using Diffusion.Autograd;
using Diffusion.Networks;
using Diffusion.Nn;
using Diffusion.Tensors;
using NUnit.Framework;

namespace Diffusion.Outside.Tests;

/// <summary>These tests see what a user sees: no library names them as a friend.</summary>
public sealed class NoFriendTests
{
    [TestCase(typeof(Tensor<>))]
    [TestCase(typeof(Variable<>))]
    [TestCase(typeof(Module<>))]
    [TestCase(typeof(DenoisingNetwork<>))]
    public void No_library_names_this_assembly(Type type)
    {
        var friends = type.Assembly.GetCustomAttributes<InternalsVisibleToAttribute>().Select(friend => friend.AssemblyName);
        Assert.That(friends, Has.None.Contains("Outside"));
    }

    // A benchmark that needs a kernel compiles the library's sources instead; a sample has what a user has.
    [Test]
    public void Libraries_and_their_tests_are_the_only_friends()
    {
        string[] libraries = AssembliesIn("src");
        Assert.That(libraries, Is.Not.Empty);
        var friends = libraries.SelectMany(library => Assembly.Load(library).GetCustomAttributes<InternalsVisibleToAttribute>());
        Assert.That(friends.Select(friend => friend.AssemblyName).Distinct(), Is.Not.Empty.And.SubsetOf(libraries.Concat(AssembliesIn("tests"))));
    }

    private static string[] AssembliesIn(string folder)
    {
        return [.. from project in Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.csproj", SearchOption.AllDirectories)
                   select XDocument.Load(project).Descendants("AssemblyName").SingleOrDefault()?.Value ?? Path.GetFileNameWithoutExtension(project)];
    }
}
