using System.Runtime.InteropServices;
using Stiefel.CommandLine;
using Xunit;

namespace Stiefel.Client.Tests.Laptop;

/// <summary>`fetch --out` into a directory that another user of this machine has prepared. The tests run as root, the user that such an attack aims at.</summary>
public sealed class FetchDirectoryTests : IDisposable
{
    /// <summary>The overflow user, who owns nothing.</summary>
    private const uint Nobody = 65534;
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly ScriptedLaptop _laptop = new();
    private readonly TemporaryDirectory _directory = new();
    private readonly string _out;

    public FetchDirectoryTests() => _out = _directory.File("out");

    public void Dispose()
    {
        _laptop.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Fetch_LinksInTheDirectory_AreReplacedAndNotFollowed()
    {
        var victim = _directory.File("victim");
        File.WriteAllText(victim, "precious");
        Directory.CreateDirectory(_out, Private);
        foreach (var name in new[] { "kernel", "initrd", "cmdline" })
        {
            File.CreateSymbolicLink(Out(name), victim);
            File.CreateSymbolicLink(Out($".{name}.{Environment.ProcessId}.partial"), victim);
        }

        var run = await FetchAsync();
        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.Equal("precious", File.ReadAllText(victim));
        Assert.All(Directory.GetFiles(_out), file => Assert.Null(new FileInfo(file).LinkTarget));
        Assert.Equal(3, Directory.GetFiles(_out).Length);

        // An initrd may hold the key of its disk.
        Assert.All(Directory.GetFiles(_out), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherWrite | UnixFileMode.StickyBit)]
    public async Task Fetch_DirectoryThatOthersCanWriteTo_IsRefused(UnixFileMode others)
    {
        Directory.CreateDirectory(_out);
        File.SetUnixFileMode(_out, Private | others);
        await AssertDirectoryRefusedAsync("others on this machine can change what is in this directory");
    }

    [Fact]
    public async Task Fetch_DirectoryOfSomebodyElse_IsRefused()
    {
        Directory.CreateDirectory(_out, Private);
        Assert.Equal(0, lchown(_out, Nobody, Nobody));
        await AssertDirectoryRefusedAsync("belongs to another user");
    }

    [Fact]
    public async Task Fetch_SomebodyElsesLinkToADirectory_IsRefused()
    {
        Directory.CreateDirectory(_directory.File("ours"), Private);
        File.CreateSymbolicLink(_out, _directory.File("ours"));
        Assert.Equal(0, lchown(_out, Nobody, Nobody));
        await AssertDirectoryRefusedAsync("belongs to another user");
    }

    private async Task AssertDirectoryRefusedAsync(string expected)
    {
        var run = await FetchAsync();
        Assert.Equal(ExitCode.Refused, run.ExitCode);
        Assert.Contains(expected, run.Errors);
        Assert.Single(run.Errors.TrimEnd('\n').Split('\n'));
        Assert.Empty(_laptop.Requests);
        Assert.Empty(Directory.GetFiles(_out));
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int lchown([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint user, uint group);

    private Task<ClientRun> FetchAsync()
    {
        var key = ClientRun.WriteKey(_directory.File("stick.key"), _laptop.Secret);
        return ClientRun.StartAsync("fetch", "--server", _laptop.Address, "--key", key, "--out", _out);
    }

    private string Out(string name) => Path.Combine(_out, name);
}
