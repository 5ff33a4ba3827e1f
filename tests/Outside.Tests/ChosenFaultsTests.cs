using Diffusion.Mutation.Faults;
using NUnit.Framework;

namespace Diffusion.Outside.Tests;

/// <summary>The chosen faults of tests/Mutation still have their places in src: who changes a line there changes the fault with it.</summary>
public sealed class ChosenFaultsTests
{
    [Test]
    public void Every_chosen_fault_has_its_place()
    {
        using (Assert.EnterMultipleScope())
        {
            foreach (var fault in Chosen.All)
                Assert.That(() => fault.Find(File.ReadAllText(Path.Combine(Repository.Root, fault.File))), Throws.Nothing, fault.What);
        }
    }

    [Test]
    public void There_are_many_and_each_changes_something() => Assert.That(
        Chosen.All.Where(fault => fault.Original != fault.Replacement).Select(fault => (fault.File, fault.Original, fault.Replacement)).Distinct().Count(),
        Is.EqualTo(Chosen.All.Count).And.GreaterThanOrEqualTo(80));

    [Test]
    public void A_text_that_is_not_there_once_is_named()
    {
        var fault = new Fault("src/A.cs", "x + y", "x - y", "a sign");
        Assert.That(() => fault.Find("z"), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo("src/A.cs has no 'x + y', which the fault 'a sign' would replace."));
        Assert.That(() => fault.Find("x + y; x + y"), Throws.TypeOf<InvalidDataException>().With.Message.Contains("more than once"));
        Assert.That(fault.Find("z; x + y"), Is.EqualTo(3));
    }
}
