using Stiefel.Attach.Unlocking;
using Stiefel.Linux.Programs;
using Xunit;

namespace Stiefel.Attach.Tests.Unlocking;

/// <summary>The passphrase that was sent along: to whom it goes, and that it goes away.</summary>
public sealed class RootPassphraseTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("stiefel-attach-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task WriteToPipe_PipeThatAppearsLater_GetsItOnce()
    {
        string file = At("passphrase"), pipe = At("passfifo");
        await File.WriteAllTextAsync(file, "right one", TestContext.Current.CancellationToken);
        using RootPassphrase passphrase = RootPassphrase.Read(new AttachLog(), file)!;
        Task<bool> writing = Task.Run(() => passphrase.WriteToPipe(pipe, TimeSpan.FromSeconds(60), new AttachLog()), TestContext.Current.CancellationToken);
        await Task.Delay(200, TestContext.Current.CancellationToken);
        ExternalProgram.Run("mkfifo", [pipe]);
        string got = (await ExternalProgram.RunAsync("cat", [pipe], token: TestContext.Current.CancellationToken)).Text;
        Assert.True(await writing);
        Assert.Equal("right one\n", got);
    }

    [Fact]
    public void WriteToPipe_NobodyAsks_GivesUp()
    {
        File.WriteAllText(At("passphrase"), "right one");
        using RootPassphrase passphrase = RootPassphrase.Read(new AttachLog(), At("passphrase"))!;
        Assert.False(passphrase.WriteToPipe(At("none"), TimeSpan.FromMilliseconds(300), new AttachLog()));
    }

    [Fact]
    public void WipeFile_LeavesNothingReadable()
    {
        File.WriteAllText(At("passphrase"), "right one");
        RootPassphrase.WipeFile(new AttachLog(), At("passphrase"));
        Assert.Equal(new byte[9], File.ReadAllBytes(At("passphrase")));
        RootPassphrase.WipeFile(new AttachLog(), At("none"));
        Assert.Null(RootPassphrase.Read(new AttachLog(), At("none")));
    }

    [Theory]
    [InlineData("", false, false)]
    [InlineData("usr/lib/systemd/systemd-cryptsetup", true, false)]
    [InlineData("lib/cryptsetup/askpass", false, true)]
    public void Prompts_OfAnInitramfs_AreKnownByTheirPrograms(string program, bool systemd, bool askpass)
    {
        if (program.Length > 0)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(At(program))!);
            File.WriteAllText(At(program), "");
        }

        Assert.Equal(new InitramfsPrompts(systemd, askpass), InitramfsPrompts.Find(_directory));
    }

    private string At(string name) => Path.Combine(_directory, name);
}
