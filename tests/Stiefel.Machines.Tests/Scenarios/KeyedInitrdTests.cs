using Stiefel.Cli.Tests;
using Stiefel.Linux.Programs;
using Stiefel.Machines.Scenarios;
using Xunit;

namespace Stiefel.Machines.Tests.Scenarios;

public sealed class KeyedInitrdTests
{
    // The length is odd on purpose, because the archive behind it must begin at a multiple of 4.
    private const string OddInitrd = "12345";
    private const int ArchiveOffset = 8;

    [Fact]
    public async Task Write_KeyAndFiles_AreReadByForeignCpio()
    {
        using var directory = new TemporaryDirectory();

        var target = await WriteAsync(directory, [("etc/inittab", "::once:/bin/true"u8.ToArray()), ("usr/lib/stiefel/run", "#!"u8.ToArray())]);

        using var archive = new MemoryStream((await File.ReadAllBytesAsync(target, TestContext.Current.CancellationToken))[ArchiveOffset..]);
        var options = new ExternalProgramOptions { Input = archive, Timeout = TimeSpan.FromSeconds(20) };
        var listed = await ExternalProgram.RunAsync("cpio", ["-tv", "--quiet"], options, TestContext.Current.CancellationToken);
        Assert.Equal(
            ["drwxr-xr-x etc", "drwxr-xr-x usr", "drwxr-xr-x usr/lib", "drwxr-xr-x usr/lib/stiefel", "drwxr-xr-x etc/stiefel",
                "-rwxr-xr-x etc/inittab", "-rwxr-xr-x usr/lib/stiefel/run", "drwx------ etc/stiefel/keys", "-rw------- etc/stiefel/keys/demo.key"],
            listed.Lines.Select(line => $"{line[..10]} {line[(line.LastIndexOf(' ') + 1)..]}"));
    }

    [Fact]
    public async Task Write_File_IsForItsOwnerOnly()
    {
        using var directory = new TemporaryDirectory();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(await WriteAsync(directory, [])));
    }

    private static async Task<string> WriteAsync(TemporaryDirectory directory, (string Path, byte[] Content)[] more)
    {
        directory.Write("initrd", OddInitrd);
        File.SetUnixFileMode(directory.Write("demo.key", "a key of 32 bytes, as one has to"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await KeyedInitrd.WriteAsync(directory["initrd"], directory["both"], directory["demo.key"], more, TestContext.Current.CancellationToken);
        return directory["both"];
    }
}
