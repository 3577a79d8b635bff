using System.Net;
using System.Text;
using System.Text.Json;
using Stiefel.Client.Rescue;
using Stiefel.Client.Screen;
using Stiefel.Client.Tests.Laptop;
using Stiefel.CommandLine;
using Stiefel.Protocol.Boot;
using Xunit;

namespace Stiefel.Client.Tests.Rescue;

/// <summary>`attach` against a simulated laptop, on a system that only notes what is done to it.</summary>
public sealed class AttachTests : IDisposable
{
    private static readonly string[] s_attached = ["rule for nbd3", "nbd3 by lo"];
    private static readonly string[] s_takenBack = ["rule for nbd3", "no rule for nbd3"];

    private readonly ScriptedLaptop _laptop = new();
    private readonly StringWriter _output = new();

    public AttachTests() => Grant(readOnly: true);

    public void Dispose() => _laptop.Dispose();

    [Fact]
    public async Task Attach_AsUsual_AsksForNothingButAReadOnlyDiskAndMakesTheRuleFirst()
    {
        var system = new ScriptedSystem();
        Assert.Equal("/dev/nbd3", await AttachAsync(system, new()));

        Assert.Equal(s_attached, system.Done);
        Assert.Equal(["/v1/export"], _laptop.Requests);
        Assert.Equal("""{"takeOver":false,"readOnly":true}""", Encoding.UTF8.GetString(_laptop.Bodies["/v1/export"]));
        Assert.Equal("s-test", system.Session!.ExportName);
        Assert.Contains("/dev/nbd3, the disk of testtop, read-only", _output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("s-test", _output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, false, """{"takeOver":false}""", "WRITABLE")]
    [InlineData(false, true, """{"takeOver":false,"guest":true}""", "as a guest")]
    public async Task Attach_AskedToWrite_SaysSoToTheLaptopAndThePerson(bool write, bool guest, string request, string shown)
    {
        Grant(readOnly: false, guest);
        await AttachAsync(new ScriptedSystem { KernelRefusesWrites = false }, new(Write: write, Guest: guest));
        Assert.Equal(request, Encoding.UTF8.GetString(_laptop.Bodies["/v1/export"]));
        Assert.Contains(shown, _output.ToString(), StringComparison.Ordinal);
    }

    /// <summary>A laptop of before gives the disk itself, whatever it is asked for.</summary>
    [Theory]
    [InlineData(false, "cannot give its disk read-only: update its ramdisk")]
    [InlineData(true, "cannot give its disk to a guest: update its ramdisk")]
    public async Task Attach_LaptopThatGivesMoreThanAsked_IsRefusedAndGetsItsDiskBack(bool guest, string message)
    {
        Grant(readOnly: false);
        var system = new ScriptedSystem();
        var refused = await Assert.ThrowsAsync<RefusedException>(() => AttachAsync(system, new(Guest: guest)));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
        Assert.Equal(s_takenBack, system.Done);
        Assert.Equal(["/v1/export", "/v1/release"], _laptop.Requests);
    }

    [Fact]
    public async Task Attach_WhileAnotherDesktopRuns_IsRefusedWithItsNameAndTakesNothing()
    {
        _laptop.Refusals["/v1/export"] = new Refusal(RefusalCodes.DiskInUse, "the disk is in use by the desktop with the key blue");
        var system = new ScriptedSystem();
        var refused = await Assert.ThrowsAsync<RefusedException>(() => AttachAsync(system, new()));
        Assert.Contains("by the desktop with the key blue. Nothing was changed; --take-over would end", refused.Message, StringComparison.Ordinal);
        Assert.Equal(s_takenBack, system.Done);
        Assert.Equal(["/v1/export"], _laptop.Requests);
    }

    [Fact]
    public async Task Attach_AgentThatFails_TakesTheRuleAwayAndGivesTheDiskBack()
    {
        var system = new ScriptedSystem { Failure = new FailedException("no") };
        await Assert.ThrowsAsync<FailedException>(() => AttachAsync(system, new()));
        Assert.Equal([.. s_attached, "no rule for nbd3"], system.Done);
        Assert.Equal(["/v1/export", "/v1/release"], _laptop.Requests);
        Assert.Contains("the disk was given back to the laptop, unused", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attach_KernelThatWouldWriteToAReadOnlyDisk_IsNotLeftWithIt()
    {
        var system = new ScriptedSystem { KernelRefusesWrites = false };
        await Assert.ThrowsAsync<RefusedException>(() => AttachAsync(system, new()));
        Assert.Equal([.. s_attached, "nbd3 abandoned", "no rule for nbd3"], system.Done);
    }

    [Fact]
    public async Task Attach_LinkWithLargerPacketsThanTheInterfaceTakes_IsToldBeforeTheDiskIsAskedFor()
    {
        _laptop.Manifest = _laptop.Manifest with { Link = new LinkParameters { Mtu = 70_000 } };
        var system = new ScriptedSystem();
        var failed = await Assert.ThrowsAsync<FailedException>(() => AttachAsync(system, new()));
        Assert.Contains("`ip link set lo mtu 70000`", failed.Message, StringComparison.Ordinal);
        Assert.Empty(system.Done);
        Assert.Empty(_laptop.Requests);
    }

    [Theory]
    [InlineData(2, "choose one", "attach", "--write", "--guest")]
    [InlineData(2, "--attach /nowhere: no such file", "attach", "--attach", "/nowhere")]
    [InlineData(1, "no laptop's disk is attached to this computer", "detach")]
    public async Task Command_ThatCannotBe_IsToldWhy(int code, string message, params string[] arguments)
    {
        var run = await ClientRun.StartAsync(arguments);
        Assert.Equal(code, run.ExitCode);
        Assert.Contains(message, run.Errors, StringComparison.Ordinal);
    }

    private void Grant(bool readOnly, bool guest = false) => _laptop.Contents["/v1/export"] =
        JsonSerializer.SerializeToUtf8Bytes(new ExportGrant("s-test", 10809, 1 << 30, readOnly, Guest: guest), ProtocolJson.Default.ExportGrant);

    private Task<string> AttachAsync(ScriptedSystem system, Wish wish)
    {
        var options = new AttachOptions { AttachFile = "", Server = IPEndPoint.Parse(_laptop.Address), Write = wish.Write, Guest = wish.Guest };
        return new AttachSequence(options, _laptop.Key, new BootScreen(_output, canRedraw: false, TimeProvider.System), system).RunAsync(TestContext.Current.CancellationToken);
    }

    private readonly record struct Wish(bool Write = false, bool Guest = false);
}
