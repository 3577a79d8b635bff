using System.Text;
using System.Text.Json;
using Stiefel.BootFiles.Tests.Catalog;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Control;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.BootPlane;

/// <summary>Choosing a boot entry other than the default at the desktop.</summary>
public sealed class EntryTests : IDisposable
{
    private readonly ServerFiles _files = new();
    private readonly BootFixture _boot = new();

    public EntryTests()
    {
        foreach (var name in (string[])["a", "b"])
        {
            _boot.Kernel($"vmlinuz-{name}", $"6.1.0-{name}").Initrd($"initrd-{name}")
                .Text($"loader/entries/{name}.conf", $"title System {name}\nsort-key {name}\nlinux /vmlinuz-{name}\ninitrd /initrd-{name}\noptions root={name}\n");
        }

        _boot.Text("loader/entries/windows.conf", "title Windows\nsort-key c\nefi /EFI/Microsoft/Boot/bootmgfw.efi\n").Text("EFI/Microsoft/Boot/bootmgfw.efi", "MZ");
    }

    public void Dispose()
    {
        _boot.Dispose();
        _files.Dispose();
    }

    [Fact]
    public async Task Entry_Chosen_ItsFilesAreServedAndTheDefaultsToOthers()
    {
        await using var server = await RunningServer.StartAsync(_files, "--Boot:Directory", _boot.Path, "--Boot:MenuSeconds", "7");
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        var menu = desktop.Manifest.Menu!;
        Assert.Equal((7, menu.Entries[0].Id), (menu.Seconds, menu.Chosen));
        Assert.Equal(["System a", "System b"], menu.Entries.Select(entry => entry.Title));

        var manifest = JsonSerializer.Deserialize(await desktop.AskAsync("/v1/entry", Request(menu.Entries[1].Id)), ProtocolJson.Default.BootManifest)!;
        Assert.Equal(("System b", "root=b", "6.1.0-b", menu.Entries[1].Id), (manifest.Title, manifest.CommandLine, manifest.KernelRelease, manifest.Menu!.Chosen));
        Assert.Equal("initrd-b", Encoding.UTF8.GetString(await desktop.AskAsync("/v1/initrd", [])));
        Assert.Equal(BootFixture.KernelBytes("6.1.0-b"), await desktop.AskAsync("/v1/kernel", []));

        using var other = await Desktop.ShakeHandsAsync(server, _files.Key);
        Assert.Equal("initrd-a", Encoding.UTF8.GetString(await other.AskAsync("/v1/initrd", [])));
    }

    [Fact]
    public async Task Entry_FilesChangeAfterwards_NothingIsServed()
    {
        await using var server = await RunningServer.StartAsync(_files, "--Boot:Directory", _boot.Path);
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        await desktop.AskAsync("/v1/entry", Request(desktop.Manifest.Menu!.Entries[1].Id));
        _boot.Text("initrd-b", "something else");
        Assert.Contains("changed since the handshake", (await desktop.RefusalOfAsync("/v1/initrd", [])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"id":"0000000000000000"}""", RefusalCodes.NoSuchEntry)]
    [InlineData("""{"id":""}""", RefusalCodes.NoSuchEntry)]
    [InlineData("""{}""", RefusalCodes.Failed)]
    [InlineData("""{"id":null}""", RefusalCodes.Failed)]
    public async Task Entry_ThatIsNone_IsRefused(string body, string code)
    {
        await using var server = await RunningServer.StartAsync(_files, "--Boot:Directory", _boot.Path);
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        Assert.Equal(code, (await desktop.RefusalOfAsync("/v1/entry", Encoding.UTF8.GetBytes(body))).Code);
        Assert.Equal("initrd-a", Encoding.UTF8.GetString(await desktop.AskAsync("/v1/initrd", [])));
    }

    [Fact]
    public async Task Status_SaysWhatDecidedWhatWasPassedOverAndWhatElseIsThere()
    {
        await using var server = await RunningServer.StartAsync(_files, "--Boot:Directory", _boot.Path);
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        using var http = server.AdminClient(_files.Key);
        var boot = JsonSerializer.Deserialize(await http.GetStringAsync("/api/v1/status", TestContext.Current.CancellationToken), ControlJson.Default.StatusDocument)!.Boot!;
        Assert.Equal(("System a", "the order of loader/entries and EFI/Linux"), (boot.Title, boot.Decided));
        Assert.Equal(["System b"], boot.Others);
        Assert.Contains("is not a Linux kernel for this machine's processor", Assert.Single(boot.PassedOver), StringComparison.Ordinal);
        Assert.Contains(boot.OtherSystems, system => system.StartsWith("Windows", StringComparison.Ordinal));
    }

    private static byte[] Request(string id) => JsonSerializer.SerializeToUtf8Bytes(new EntryRequest(id), ProtocolJson.Default.EntryRequest);
}
