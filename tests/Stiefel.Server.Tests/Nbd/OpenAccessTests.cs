using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;
using Stiefel.Linux.BlockDevices;
using Stiefel.Linux.Programs;
using Stiefel.Server.Grants;
using Stiefel.Server.Http;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Nbd;

public sealed class OpenAccessTests : IDisposable
{
    private readonly ServerFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Open_NoKeysNoBootFiles_ServesTheDiskAndNoHttp()
    {
        await using var server = await StartAsync();
        Assert.IsType<NoHttpServer>(server.Services.GetRequiredService<IServer>());
        using var disk = server.Connect("x");
        Assert.Equal(ServerFiles.DiskSize, (long)disk!.Info.Size);
        Assert.True(disk.TryWrite(0, [.. Enumerable.Repeat((byte)3, 512)]));
        Assert.Equal(Enumerable.Repeat((byte)3, 512), _files.ReadDisk(0, 512));
        Assert.Null(server.Connect("y"));
        Assert.Null(server.Connect(""));
    }

    [Fact]
    public async Task Open_SeveralConnections_LiveSideBySide()
    {
        await using var server = await StartAsync();
        using var one = server.Connect("x");
        using var two = server.Connect("x");
        Assert.True(one!.TryWrite(0, new byte[512]));
        Assert.True(two!.TryWrite(0, new byte[512]));
    }

    [Fact]
    public async Task Open_ControlPlaneAskedFor_IsThereAndNoBootPlane()
    {
        await using var server = await StartAsync("--Admin:Listen", "127.0.0.1:0", "--Keys:Directory", _files.Keys);
        using var http = server.AdminClient(_files.Key);
        var status = await http.GetStringAsync("/api/v1/status", TestContext.Current.CancellationToken);
        Assert.Contains("\"state\":\"open\"", status, StringComparison.Ordinal);
        Assert.Contains("\"boot\":null", status, StringComparison.Ordinal);
        using var greeting = await http.GetAsync("/", TestContext.Current.CancellationToken);
        Assert.Equal("text/html", greeting.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Open_DiskInUse_RefusesToStart()
    {
        using var user = BlockDevice.Open(_files.Disk, readOnly: false);
        await Assert.ThrowsAsync<DiskInUseException>(() => StartAsync());
    }

    [Fact]
    public async Task Open_PortIsTaken_RefusesToStartWithAClearLine()
    {
        await using var first = await StartAsync();
        using var other = new ServerFiles();
        var error = await Assert.ThrowsAsync<IOException>(() => RunningServer.StartBareAsync(
            "--Disk:Path", other.Disk, "--Nbd:Access", "open", "--Nbd:Listen", $"127.0.0.1:{first.NbdPort}"));
        Assert.Contains($"127.0.0.1:{first.NbdPort} (Nbd:Listen)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Session_ForeignClientLists_SeesNoExport()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        await desktop.RequestDiskAsync();
        var output = await ExternalProgram.RunAsync(
            "nbdinfo", ["--list", $"nbd://127.0.0.1:{server.NbdPort}"], new ExternalProgramOptions { AcceptedExitCodes = [0, 1] }, TestContext.Current.CancellationToken);
        Assert.DoesNotContain("export=\"", output.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(desktop.ExportName, output.Text + output.ErrorText, StringComparison.Ordinal);
    }

    private Task<RunningServer> StartAsync(params string[] more) => RunningServer.StartBareAsync(
        ["--Disk:Path", _files.Disk, "--Nbd:Access", "open", "--Nbd:ExportName", "x", "--Nbd:Listen", "127.0.0.1:0", "--State:Directory", _files.State, .. more]);
}
