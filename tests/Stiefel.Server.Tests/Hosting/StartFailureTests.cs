using System.Net;
using System.Net.Sockets;
using Stiefel.Server.Configuration;
using Stiefel.Server.State;

namespace Stiefel.Server.Tests.Hosting;

/// <summary>A failed start prints one line that names the problem, the setting, and what to do.</summary>
public sealed class StartFailureTests : IDisposable
{
    private static readonly string[] s_listen = ["Http:Listen", "Admin:Listen", "Nbd:Listen"];

    private readonly ServerFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("absent.img", "there is no such file or device")]
    [InlineData("keys", "is a directory")]
    public async Task Disk_NoImage_IsNamedWithItsSetting(string name, string what)
    {
        var path = _files.Path(name);
        var error = await Assert.ThrowsAsync<IOException>(() => RunningServer.StartBareAsync("--Disk:Path", path, "--Nbd:Access", "open", "--Nbd:Listen", "127.0.0.1:0"));
        Assert.StartsWith($"Disk:Path = '{path}': {what}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disk_DirectoryWithBootFilesSought_IsNotSaidToBeAbsent()
    {
        await using var server = await RunningServer.StartOnDiskAsync(_files, _files.Keys);
        Assert.True(SpinWait.SpinUntil(() => server.Log.All.Any(line => line.Contains($"{_files.Keys} is a directory", StringComparison.Ordinal)), TimeLimit.Seconds(20)));
        Assert.DoesNotContain(server.Log.All, line => line.Contains("does not exist", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Http:Listen")]
    [InlineData("Admin:Listen")]
    [InlineData("Nbd:Listen")]
    public async Task Listen_PortIsTakenOrAddressForeign_NamesSettingAddressAndRemedy(string setting)
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var taken = await ListenAsync(setting, $"{other.LocalEndpoint}");
        Assert.StartsWith($"cannot listen at {other.LocalEndpoint} ({setting}): ", taken, StringComparison.Ordinal);
        Assert.Contains("ss -tlnp", taken, StringComparison.Ordinal);

        var foreign = await ListenAsync(setting, "192.0.2.1:4644");
        Assert.StartsWith($"cannot listen at 192.0.2.1:4644 ({setting}): ", foreign, StringComparison.Ordinal);
        Assert.Contains("ip address", foreign, StringComparison.Ordinal);
    }

    [Fact]
    public void StateDirectory_Unusable_IsNamedWithItsSetting()
    {
        var file = _files.RandomFile("file", 1);
        foreach (var path in new[] { file, file + "/below", "/proc/stiefel" })
        {
            var error = Assert.Throws<SettingsException>(() => StateDirectory.Prepare(path));
            Assert.StartsWith($"State:Directory = '{path}': cannot be used: ", error.Message, StringComparison.Ordinal);
            Assert.Contains("--State:Directory", error.Message, StringComparison.Ordinal);
        }

        StateDirectory.Prepare(_files.State);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_files.State));
    }

    private async Task<string> ListenAsync(string setting, string address)
    {
        string[] listen = [.. s_listen.SelectMany(s => new[] { $"--{s}", s == setting ? address : "127.0.0.1:0" })];
        var error = await Assert.ThrowsAsync<IOException>(() => RunningServer.StartBareAsync(
            ["--Disk:Path", _files.Disk, "--Boot:Kernel", _files.Kernel, "--Keys:Directory", _files.Keys, "--State:Directory", _files.State,
             "--Discovery:Enabled", "false", "--Link:Protection", "none", .. listen]));
        return error.Message;
    }
}
