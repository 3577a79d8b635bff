using Stiefel.BootFiles.Catalog;
using Stiefel.Linux.Files;
using Stiefel.Linux.Mounts;
using Xunit;

namespace Stiefel.BootFiles.Tests.Catalog;

/// <summary>For every case in Cases/: the entry found is the one that its own loader would have booted.</summary>
public class BootCaseTests
{
    public static TheoryData<string> Trees => [.. BootCase.Trees];

    public static TheoryData<string> Disks => [.. BootCase.Volumes];

    [Theory]
    [MemberData(nameof(Trees))]
    public void Find_Tree_IsWhatItsLoaderBoots(string name)
    {
        var expected = new BootCase(name);
        try
        {
            expected.AssertFound(BootCatalog.Find(Path.Combine(expected.Directory, "tree")).Default);
        }
        catch (BootCatalogException error)
        {
            expected.AssertRefused(error.Message);
        }
    }

    [Theory]
    [MemberData(nameof(Disks))]
    public void TryFind_Disk_IsWhatItsLoaderBoots(string name)
    {
        var expected = new BootCase(name);
        var trees = new List<ConfinedTree>();
        try
        {
            BootVolume VolumeOf((string Name, int Number, string Uuid) partition)
            {
                var directory = Path.Combine(expected.Directory, partition.Name);
                var tree = new ConfinedTree(Directory.CreateDirectory(directory).FullName);
                trees.Add(tree);
                return new BootVolume(
                    new ProbedDevice
                    {
                        Path = $"/dev/sda{partition.Number}", PartNumber = partition.Number, PartScheme = "gpt", Uuid = partition.Uuid,
                        PartType = partition.Name == "esp" ? "c12a7328-f81f-11d2-ba4b-00a0c93ec93b" : "0fc63daf-8483-4772-8e79-3d69d8477de4",
                    },
                    () => [new BootPlace(tree, "")]);
            }

            var findings = new BootFindings();
            var menu = BootCatalog.TryFind(new BootDisk([.. BootCase.Partitions.Select(VolumeOf)]), findings);
            Assert.True(menu is not null, string.Join("; ", findings.PassedOver));
            expected.AssertFound(menu.Default);
        }
        finally
        {
            trees.ForEach(tree => tree.Dispose());
        }
    }
}
