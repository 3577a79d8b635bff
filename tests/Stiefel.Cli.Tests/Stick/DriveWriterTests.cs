using Stiefel.Cli.Stick;
using Stiefel.CommandLine;
using Xunit;

namespace Stiefel.Cli.Tests.Stick;

/// <summary>What is written to a drive, in which order, and what an interrupted run leaves. Files represent the drives.</summary>
public class DriveWriterTests
{
    private const int MiB = 1024 * 1024;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Write_OverOlderContent_LeavesNothingOfItsSignatures()
    {
        using var directory = new TemporaryDirectory();
        var image = Image(directory, 8 * MiB, used: 4 * MiB);
        var old = new byte[8 * MiB];
        old.AsSpan().Fill(0xAA);
        File.WriteAllBytes(directory["drive"], old);

        using var output = new StringWriter();
        new DriveWriter(directory["drive"], new WriteProgress(output, isTerminal: false)).Write(image, 4 * MiB, Token);

        var (expected, actual) = (File.ReadAllBytes(image), File.ReadAllBytes(directory["drive"]));
        Assert.True(expected.AsSpan(0, 4 * MiB).SequenceEqual(actual.AsSpan(0, 4 * MiB)));
        Assert.True(expected.AsSpan(7 * MiB).SequenceEqual(actual.AsSpan(7 * MiB)));
        Assert.False(DriveWriter.IsUnfinished(directory["drive"]));
        Assert.Matches(@"write: 4\.2 MB in \d+\.\d s, \d+\.\d MB/s\n", output.ToString());
        Assert.Contains("read back: 4.2 MB in", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_StoppedInTheMiddle_StartsNothingAndIsKnownAsUnfinished()
    {
        using var directory = new TemporaryDirectory();
        var image = Image(directory, 24 * MiB, used: 20 * MiB);
        File.Copy(image, directory["drive"]);
        using var stop = new CancellationTokenSource();
        using var output = new StopAtFirstLine(stop);

        var failure = Assert.Throws<FailedException>(() => new DriveWriter(directory["drive"], new WriteProgress(output, isTerminal: false)).Write(image, 20 * MiB, stop.Token));
        Assert.Equal($"{directory["drive"]}: stopped; the stick is unfinished and does not start: write it again", failure.Message);
        Assert.True(DriveWriter.IsUnfinished(directory["drive"]));
        var left = File.ReadAllBytes(directory["drive"]);
        Assert.NotEqual((0x55, 0xAA), (left[510], left[511]));
        Assert.Equal(-1, left.AsSpan(512, MiB / 2).IndexOf("EFI PART"u8));

        new DriveWriter(directory["drive"], new WriteProgress(TextWriter.Null, isTerminal: false)).Write(image, 20 * MiB, Token);
        Assert.False(DriveWriter.IsUnfinished(directory["drive"]));
    }

    /// <summary>A drive that accepts everything but keeps only half of it, as counterfeits do.</summary>
    [Fact]
    public void Write_DriveReadsBackOtherBytes_IsFoundOutBeforeItCouldStart()
    {
        using var directory = new TemporaryDirectory();
        var image = Image(directory, 8 * MiB, used: 4 * MiB);
        File.WriteAllBytes(directory["drive"], new byte[8 * MiB]);
        using var output = new ForgetWhatWasWritten(directory["drive"]);

        var failure = Assert.Throws<FailedException>(() => new DriveWriter(directory["drive"], new WriteProgress(output, isTerminal: false)).Write(image, 4 * MiB, Token));
        Assert.Equal($"{directory["drive"]}: byte {3 * MiB} does not read back as it was written: the stick is broken or smaller than it claims; use another one", failure.Message);
        Assert.True(DriveWriter.IsUnfinished(directory["drive"]));
    }

    [Fact]
    public void Write_DriveEndsTooEarly_SaysThatItIsUnfinished()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllBytes(directory["drive"], new byte[8 * MiB]);
        var image = Image(directory, 4 * MiB, used: 2 * MiB);
        var failure = Assert.Throws<FailedException>(() => new DriveWriter(directory["drive"], new WriteProgress(TextWriter.Null, isTerminal: false)).Write(image, 2 * MiB, Token));
        Assert.EndsWith("; the stick is unfinished and does not start: write it again, or use another one", failure.Message, StringComparison.Ordinal);
        Assert.True(DriveWriter.IsUnfinished(directory["drive"]));
    }

    [Fact]
    public void Progress_AtATerminal_RenewsOneLine()
    {
        using var output = new StringWriter();
        var progress = new WriteProgress(output, isTerminal: true);
        progress.Begin("write", 100_000_000);
        progress.Report(50_000_000);
        progress.End();
        Assert.Matches("^\r    write: 50 %, 50.0 MB of 100.0 MB, [0-9.]+ MB/s, [0-9]+ s left\e\\[K\r    write: 100.0 MB in [0-9.]+ s, [0-9.]+ MB/s\e\\[K\n$", output.ToString());
    }

    // Random bytes, with a boot sector and the head of a GPT.
    private static string Image(TemporaryDirectory directory, int size, int used)
    {
        var bytes = new byte[size];
        Random.Shared.NextBytes(bytes.AsSpan(0, used));
        (bytes[510], bytes[511]) = (0x55, 0xAA);
        "EFI PART"u8.CopyTo(bytes.AsSpan(512));
        Random.Shared.NextBytes(bytes.AsSpan(size - (MiB / 2)));
        File.WriteAllBytes(directory["image"], bytes);
        return directory["image"];
    }

    private sealed class StopAtFirstLine(CancellationTokenSource stop) : StringWriter
    {
        public override void WriteLine(string? value) => stop.Cancel();
    }

    private sealed class ForgetWhatWasWritten(string drive) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            if (value!.Contains("write:", StringComparison.Ordinal) && value.Contains(" in ", StringComparison.Ordinal))
            {
                using var file = File.OpenWrite(drive);
                file.Position = 3 * MiB;
                file.Write(new byte[MiB]);
            }
        }
    }
}
