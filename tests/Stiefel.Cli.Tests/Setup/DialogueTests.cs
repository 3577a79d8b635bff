using System.Text;
using Stiefel.Cli.Laptop;
using Stiefel.Cli.Setup;
using Stiefel.Cli.Tests.Laptop;
using Stiefel.CommandLine;
using Stiefel.Protocol.Tests.Fuzz;
using Xunit;

namespace Stiefel.Cli.Tests.Setup;

/// <summary>What the user sees and answers, and the effect of each answer.</summary>
public sealed class DialogueTests
{
    private const string Unit = "etc/systemd/system/stiefel-autokexec.service";

    [Fact]
    public void Answers_YesAndSkip_AreFollowedOneByOne()
    {
        using var laptop = DistributionModels.Of("debian");
        // Any other answer makes set-up ask again.
        Assert.Equal(1, Apply(laptop, "what?\ny\ns\ns\ns\ns\ns\ns\ns\ns\ns\ns\n", out var text));
        Assert.True(File.Exists(laptop["etc/stiefel/config.yaml"]));
        Assert.False(File.Exists(laptop["etc/stiefel/keys/stick.key"]));
        Assert.False(File.Exists(laptop[Unit]));
        Assert.Contains("Do this? [y]es, [s]kip, [a]bort: Do this?", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("y\nabort\n")]
    [InlineData("y\n")]
    public void Answers_AbortOrNone_EndItWithWhatIsDoneKnown(string answers)
    {
        using var laptop = DistributionModels.Of("debian");
        var before = TreeSnapshot.Of(laptop.Root);
        Assert.Throws<FailedException>(() => Apply(laptop, answers, out _));
        Assert.True(File.Exists(laptop["etc/stiefel/config.yaml"]));

        using var tree = new LaptopTree(laptop.Root);
        Assert.Equal(0, new SetupUndo(tree, SetupJournal.Read(tree), new Dialogue(null, TextWriter.Null, colored: false)).Run(isDryRun: false));
        Assert.Equal(before, TreeSnapshot.Of(laptop.Root));
    }

    [Fact]
    public void Undo_AfterEachMomentOfAnInterruptedSetUp_IsAsItWas()
    {
        for (var done = 0; done <= 7; done++)
        {
            using var laptop = DistributionModels.Of("debian");
            laptop.Write("etc/stiefel/config.yaml", "modules: []\n");
            var before = TreeSnapshot.Of(laptop.Root).Select(line => line.Split(" 20")[0]);
            Assert.Throws<FailedException>(() => Apply(laptop, string.Concat(Enumerable.Repeat("y\n", done)), out _));
            using var tree = new LaptopTree(laptop.Root);

            // As if the power had failed between writing the journal and writing the file.
            var journal = SetupJournal.Read(tree);
            if (journal.Entries.LastOrDefault(entry => !entry.IsDirectory && !entry.WasThere) is { } last)
            {
                File.Delete(laptop[last.Path]);
            }

            Assert.Equal(0, new SetupUndo(tree, journal, new Dialogue(null, TextWriter.Null, colored: false)).Run(isDryRun: false));
            Assert.Equal(before, TreeSnapshot.Of(laptop.Root).Select(line => line.Split(" 20")[0]));
        }
    }

    [Fact]
    public void Diff_OfAChange_ShowsItBetweenWhatStays()
    {
        var before = Encoding.UTF8.GetBytes("1\n2\n3\n4\n5\n6\n7\n8\n9\n");
        var change = new Change(PlannedFile.Text("/etc/x", "why", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n"), before);
        Assert.Equal("--- /etc/x\n+++ /etc/x\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n", UnifiedDiff.Of(change, colored: false));
        Assert.Contains("\u001b[31m-5\u001b[0m\n\u001b[32m+five\u001b[0m\n", UnifiedDiff.Of(change, colored: true), StringComparison.Ordinal);
    }

    [Fact]
    public void Diff_OfAFileThatHoldsEscapes_ShowsNone()
    {
        var change = new Change(PlannedFile.Text("/etc/x", "why", "new\n"), Encoding.UTF8.GetBytes("\u001b[2Jold\n"));
        Assert.DoesNotContain('\u001b', UnifiedDiff.Of(change, colored: false));
    }

    [Theory]
    [InlineData(512)]
    [InlineData(4096)]
    public void PartitionTable_OfAGpt_HasItsIdentity(int sector)
    {
        using var laptop = DistributionModels.Of("debian");
        var disk = new byte[8192];
        "EFI PART"u8.CopyTo(disk.AsSpan(sector));
        new Guid("0fc63daf-8483-4772-8e79-3d69d8477de4").TryWriteBytes(disk.AsSpan(sector + 56));
        laptop.Write("dev/nvme0n1", disk);
        laptop.Remove("dev/disk/by-id");
        Apply(laptop, "y\ns\ns\ns\ns\ns\ns\ns\ns\ns\ns\n", out var text);
        Assert.Contains("+  disk: PTUUID=0fc63daf-8483-4772-8e79-3d69d8477de4", text, StringComparison.Ordinal);
    }

    [Fact]
    public void PartitionTable_OfAnMbr_HasItsIdentity()
    {
        using var laptop = DistributionModels.Of("debian");
        var disk = new byte[8192];
        (disk[440], disk[441], disk[442], disk[443], disk[510], disk[511]) = (0x78, 0x56, 0x34, 0x02, 0x55, 0xaa);
        laptop.Write("dev/nvme0n1", disk);
        using var tree = new LaptopTree(laptop.Root);
        Assert.Equal("02345678", PartitionTableId.Of(tree, "nvme0n1"));
        laptop.Write("dev/nvme0n1", new byte[8192]);
        Assert.Null(PartitionTableId.Of(tree, "nvme0n1"));
        HostileInput.Feed([disk], 500, 4 << 20, input =>
        {
            laptop.Write("dev/nvme0n1", input);
            PartitionTableId.Of(tree, "nvme0n1");
        });
    }

    private static int Apply(LaptopModel laptop, string answers, out string text)
    {
        using var tree = new LaptopTree(laptop.Root);
        var output = new StringWriter();
        var journal = SetupJournal.Read(tree);
        var plan = SetupPlan.Of(new LaptopFacts(tree), journal, () => new byte[32], "/usr/local/bin/stiefel");
        try
        {
            return new SetupRun(tree, journal, new Dialogue(new StringReader(answers), output, colored: false)).Apply(plan);
        }
        finally
        {
            text = output.ToString();
        }
    }
}
