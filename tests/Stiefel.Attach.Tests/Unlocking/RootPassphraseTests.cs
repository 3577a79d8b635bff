using Stiefel.Attach.Console;
using Stiefel.Attach.Unlocking;
using Stiefel.Linux.Programs;
using Xunit;

namespace Stiefel.Attach.Tests.Unlocking;

/// <summary>Tests that the passphrase sent by the laptop reaches the right program, and is wiped afterwards.</summary>
public sealed class RootPassphraseTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("stiefel-attach-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task WriteToPipe_PipeThatAppearsLater_GetsItOnce()
    {
        string file = At("passphrase"), pipe = At("passfifo");
        await File.WriteAllTextAsync(file, "right one", TestContext.Current.CancellationToken);
        using var passphrase = RootPassphrase.Read(new AttachLog(), file)!;
        var writing = Task.Run(() => passphrase.WriteToPipe(pipe, TimeSpan.FromSeconds(60), new AttachLog()), TestContext.Current.CancellationToken);
        await Task.Delay(200, TestContext.Current.CancellationToken);
        ExternalProgram.Run("mkfifo", [pipe]);
        var got = (await ExternalProgram.RunAsync("cat", [pipe], token: TestContext.Current.CancellationToken)).Text;
        Assert.True(await writing);
        Assert.Equal("right one\n", got);
    }

    [Fact]
    public void WriteToPipe_NobodyAsks_GivesUp()
    {
        File.WriteAllText(At("passphrase"), "right one");
        using var passphrase = RootPassphrase.Read(new AttachLog(), At("passphrase"))!;
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

    [Fact]
    public async Task KeyFile_OfThePassphrase_OpensTheLuksAndIsWipedWhenItWasTaken()
    {
        string typed = At("passphrase"), luks = At("luks.img"), keyFile = At("crypto_keyfile.bin");
        await File.WriteAllTextAsync(typed, "right $one", TestContext.Current.CancellationToken);
        ExternalProgram.Run("truncate", ["-s", "20M", luks]);
        ExternalProgram.Run("cryptsetup", ["luksFormat", "-q", "--pbkdf", "pbkdf2", "--pbkdf-force-iterations", "1000", "--key-file", typed, luks]);
        using var passphrase = RootPassphrase.Read(new AttachLog(), typed)!;

        var written = passphrase.WriteKeyFile(keyFile, new AttachLog())!;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(keyFile));
        ExternalProgram.Run("cryptsetup", ["open", "--test-passphrase", "--key-file", keyFile, luks]);

        ExternalProgram.Run("ln", [keyFile, At("what-it-lay-in")]);
        var wiping = Task.Run(() => written.WipeWhenTaken(TimeSpan.FromSeconds(60), new AttachLog()), TestContext.Current.CancellationToken);
        File.Delete(keyFile);
        await wiping;
        Assert.Equal(new byte[10], await File.ReadAllBytesAsync(At("what-it-lay-in"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void KeyFile_NobodyTakesIt_IsRemoved()
    {
        File.WriteAllText(At("passphrase"), "right one");
        using var passphrase = RootPassphrase.Read(new AttachLog(), At("passphrase"))!;
        passphrase.WriteKeyFile(At("key"), new AttachLog())!.WipeWhenTaken(TimeSpan.FromMilliseconds(200), new AttachLog());
        Assert.False(File.Exists(At("key")));
    }

    [Fact]
    public void KeyFile_OfTheInitramfsItself_StaysAsItIs()
    {
        File.WriteAllText(At("passphrase"), "right one");
        File.WriteAllText(At("key"), "its own");
        using var passphrase = RootPassphrase.Read(new AttachLog(), At("passphrase"))!;
        Assert.Null(passphrase.WriteKeyFile(At("key"), new AttachLog()));
        Assert.Equal("its own", File.ReadAllText(At("key")));
    }

    [Theory]
    [InlineData("", false, false, false)]
    [InlineData("usr/lib/systemd/systemd-cryptsetup", true, false, false)]
    [InlineData("lib/cryptsetup/askpass", false, true, false)]
    [InlineData("hooks/encrypt", false, false, true)]
    public void Prompts_OfAnInitramfs_AreKnownByTheirPrograms(string program, bool systemd, bool askpass, bool encryptHook)
    {
        if (program.Length > 0)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(At(program))!);
            File.WriteAllText(At(program), "");
        }

        Assert.Equal(new InitramfsPrompts(systemd, askpass, encryptHook), InitramfsPrompts.Find(_directory));
    }

    private string At(string name) => Path.Combine(_directory, name);
}
