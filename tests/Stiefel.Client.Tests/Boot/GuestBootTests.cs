using System.Net;
using System.Text;
using System.Text.Json;
using Stiefel.Client.Boot;
using Stiefel.Client.Screen;
using Stiefel.Client.Tests.Laptop;
using Stiefel.Client.Unlocking;
using Stiefel.CommandLine;
using Stiefel.Protocol.Boot;
using Xunit;

namespace Stiefel.Client.Tests.Boot;

/// <summary>Tests a desktop that boots as a guest: it writes to a snapshot, or not at all.</summary>
public sealed class GuestBootTests : IDisposable
{
    private readonly ScriptedLaptop _laptop = new();
    private readonly TemporaryDirectory _directory = new();
    private readonly StringWriter _output = new();

    public void Dispose()
    {
        _laptop.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Boot_AsGuest_AsksForASnapshotAndSaysSo()
    {
        _laptop.Contents["/v1/export"] = JsonSerializer.SerializeToUtf8Bytes(new ExportGrant("s-test", 10809, 1 << 30, ReadOnly: false) { Guest = true }, ProtocolJson.Default.ExportGrant);
        await BootAsync();
        Assert.Equal(["{\"takeOver\":false,\"guest\":true}"], _laptop.ExportBodies.Select(Encoding.UTF8.GetString));
        Assert.Contains("as a guest: what is written is discarded at the end", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Boot_AsGuestOfAnOlderLaptop_GivesTheDiskBack()
    {
        var refusal = await Assert.ThrowsAsync<RefusedException>(BootAsync);
        Assert.Equal("the laptop's programs are older than this client and cannot give its disk to a guest: update its ramdisk (`stiefel create-initrd`)", refusal.Message);
        Assert.Equal("/v1/release", _laptop.Requests.Last());
    }

    /// <summary>The boot files are read while the disk is free, so that a guest, too, takes it over first.</summary>
    [Fact]
    public async Task Boot_AsGuestThatTakesOver_IsNeverGrantedTheDiskItself()
    {
        _laptop.Contents["/v1/export"] = JsonSerializer.SerializeToUtf8Bytes(new ExportGrant("s-test", 10809, 1 << 30, ReadOnly: false) { Guest = true }, ProtocolJson.Default.ExportGrant);
        _laptop.Refusals["/v1/kernel"] = new Refusal(RefusalCodes.DiskInUse, "desktop fe80::9 uses the disk");
        await BootAsync();
        Assert.Equal(["{\"takeOver\":true,\"guest\":true}", "{\"takeOver\":false,\"guest\":true}"], _laptop.ExportBodies.Select(Encoding.UTF8.GetString));
    }

    private async Task BootAsync()
    {
        File.WriteAllText(_directory.File("attach"), "the program");
        using var passphrase = new LaptopPassphrase();
        var options = new BootSequenceOptions
        {
            AttachFile = _directory.File("attach"), Server = IPEndPoint.Parse(_laptop.Address), Guest = true, TakeOver = true, UntilLoading = true, Once = true,
        };
        await new BootSequence(options, _laptop.Key, new BootScreen(_output, canRedraw: false, TimeProvider.System), person: null, passphrase)
            .RunAsync(TestContext.Current.CancellationToken);
    }
}
