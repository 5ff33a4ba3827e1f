using System.Reflection;
using System.Runtime.CompilerServices;
using Diffusion.Autograd;
using Diffusion.Models;
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
}
