using System.Net;
using System.Text;
using System.Text.Json;
using Stiefel.Client.Boot;
using Stiefel.Client.Screen;
using Stiefel.Client.Tests.Laptop;
using Stiefel.Client.Tests.Search;
using Stiefel.Client.Unlocking;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Network;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Crypto;
using Stiefel.Protocol.Keys;
using Stiefel.Protocol.Tunnel;
using Stiefel.Protocol.Discovery;
using Xunit;

namespace Stiefel.Client.Tests.Boot;

/// <summary>Tests `boot` up to, but not including, the loading of a kernel.</summary>
[Collection("cable")]
public sealed class BootTests : IDisposable
{
    private const string IdleDetection = "/proc/sys/net/ipv6/conf/idle0/accept_dad";

    private static readonly string[] s_phases = ["searching", "found", "handshake", "kernel", "initrd", "modules", "granted"];

    private readonly ScriptedLaptop _laptop = new();
    private readonly TemporaryDirectory _directory = new();

    public void Dispose()
    {
        _laptop.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Boot_StoppedBeforeLoading_GoesThroughAllPhasesInOrder()
    {
        var run = await BootAsync("--server", _laptop.Address, "--once");

        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.Equal(s_phases, Phases(run));
        Assert.Equal(["/v1/kernel", "/v1/initrd", "/v1/modules", "/v1/export"], _laptop.Requests);
        Assert.Equal("{\"takeOver\":false}", Encoding.UTF8.GetString(_laptop.Bodies["/v1/export"]));
        Assert.StartsWith("{\"modaliases\":[", Encoding.UTF8.GetString(_laptop.Bodies["/v1/modules"]));
        Assert.Contains("kernel arguments: ro quiet rdinit=/stiefel/init root=/dev/nbd0p2 noresume nohibernate systemd.swap=0", run.Output);
        Assert.Contains("note: root=/dev/sda2 is the laptop's name of its disk", run.Output);
        Assert.EndsWith("stopped before loading, as asked by --until-loading\n", run.Output);
        Assert.DoesNotContain("s-test", run.Output);
        Assert.Contains("WARNING: the laptop's link.protection is none", run.Output);
    }

    [Fact]
    public async Task Boot_LaptopThatAsksWhichMachineThisIs_IsToldBeforeAllElseButNotInARehearsal()
    {
        _laptop.Manifest = _laptop.Manifest with { TakesMachine = true };
        _laptop.Contents["/v1/machine"] = [];
        var rehearsal = await RehearseAsync("--server", _laptop.Address, "--once");
        Assert.Equal(0, rehearsal.ExitCode);
        Assert.DoesNotContain("/v1/machine", _laptop.Requests);

        var run = await BootAsync("--server", _laptop.Address, "--once");

        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.Equal(["/v1/machine", "/v1/kernel", "/v1/initrd", "/v1/modules", "/v1/export"], _laptop.Requests.Skip(3));
        Assert.True(JsonSerializer.Deserialize(_laptop.Bodies["/v1/machine"], ProtocolJson.Default.MachineIdentity)!.IsSound);
    }

    /// <summary>A rehearsal shows the kernel's arguments, and does not need the program that would be appended.</summary>
    [Fact]
    public async Task Boot_RehearsedWithNoLoad_FetchesAllAndAsksForNoDisk()
    {
        var run = await RehearseAsync("--server", _laptop.Address, "--once", "--attach", "/nowhere/attach");

        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.Equal(s_phases[..^1], Phases(run));
        Assert.Equal(["/v1/kernel", "/v1/initrd", "/v1/modules"], _laptop.Requests);
        Assert.Contains("kernel arguments: ro quiet rdinit=/stiefel/init", run.Output);
        Assert.Contains("WARNING: the laptop's link.protection is none", run.Output);
        Assert.EndsWith("stopped before the laptop is asked for its disk, as asked by --no-load\n", run.Output);
    }

    [Fact]
    public async Task Boot_RehearsedWhileTheDiskIsInUse_TakesNothing()
    {
        _laptop.Refusals["/v1/kernel"] = new Refusal(RefusalCodes.DiskInUse, "desktop fe80::9 uses the disk");
        var run = await RehearseAsync("--server", _laptop.Address);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(["/v1/kernel", "/v1/kernel", "/v1/initrd", "/v1/modules"], _laptop.Requests);

        var refused = await RehearseAsync("--server", _laptop.Address, "--take-over");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("--take-over", refused.Errors);
    }

    /// <summary>A laptop that runs its own system is not called, and an interface that is down stays down: a rehearsal only shows whether a boot would work.</summary>
    [Fact]
    public async Task Boot_RehearsedOverACable_CallsNobodyAndSetsNothingUp()
    {
        using var cable = new Cable("rehearse0");
        using var idle = new Cable("idle0");
        File.WriteAllText(IdleDetection, "1");
        using var http = cable.Far(() => new TinyHttpServer(new IPEndPoint(IPAddress.IPv6Any, 0)));
        using var laptop = new ScriptedLaptop(http);
        using var responder = cable.Far(() => new Responder(laptop.Key, laptop.Port));
        responder.Sleeps = true;
        cable.RaiseFar();
        cable.RaiseNear();

        var rehearsal = RehearseAsync(
            "--once", "--key", ClientRun.WriteKey(_directory.File("cable.key"), laptop.Secret), "--attach", "/nowhere/attach");
        // After a second without a server's answer, a boot would call a laptop.
        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        responder.Sleeps = false;
        var run = await rehearsal;

        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.Matches("the laptop wren \\(id 01234567\\) at fe80::.* runs its own system and was not called", run.Output);
        Assert.Equal(0, responder.Wakes);
        Assert.DoesNotContain("set up", run.Output);
        Assert.False(RouteNetlink.ListLinks().Single(link => link.Name == "idle0").IsUp);
        Assert.Equal("1", File.ReadAllText(IdleDetection).Trim());
    }

    [Fact]
    public async Task Boot_LaptopThatSleeps_IsCalled()
    {
        using var cable = new Cable("sleeper0");
        using var http = cable.Far(() => new TinyHttpServer(new IPEndPoint(IPAddress.IPv6Any, 0)));
        using var laptop = new ScriptedLaptop(http);
        using var responder = cable.Far(() => new Responder(laptop.Key, laptop.Port));
        responder.Sleeps = true;
        cable.RaiseFar();

        var boot = ClientRun.StartAsync("boot", "--once", "--until-loading", "--attach", WriteAttach(),
            "--key", ClientRun.WriteKey(_directory.File("cable.key"), laptop.Secret));
        SpinWait.SpinUntil(() => responder.Wakes > 0, TimeLimit.Seconds(10));
        var wakes = 0;
        foreach (var (stage, number) in ((LaptopStage, uint)[])[(LaptopStage.NotNow, 10), (LaptopStage.Countdown, 20), (LaptopStage.WaitsForPower, 15)])
        {
            responder.State = new LaptopState(responder.Laptop.Id, number, stage, 5, "");
            await AfterQuestionsAsync(responder);
            wakes = wakes == 0 ? responder.Wakes : wakes;
        }

        Assert.Equal(wakes, responder.Wakes);
        (responder.State, responder.Sleeps) = (null, false);
        var run = await boot;
        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.NotEqual(0, responder.Wakes);
        Assert.Contains("called it", run.Output);

        // Each state is shown with the name that the laptop gave before; one that is older than the last is not.
        Assert.Matches("the laptop wren \\(id 01234567\\) stays in its own system: a person there said \"not now\"", run.Output);
        Assert.Contains("everything there is closed in 5 s", run.Output);
        Assert.DoesNotContain("more power", run.Output);
    }

    // An answer has arrived when the question after the next is there: the client asks by two sockets.
    private static async Task AfterQuestionsAsync(Responder responder)
    {
        for (var before = responder.Questions; responder.Questions < before + 4;)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Boot_ProtectedLink_SendsAFreshPublicKeyAndNothingElseOfIt()
    {
        _laptop.Manifest = _laptop.Manifest with { Link = new LinkParameters { Protection = "wireguard" } };
        var keys = new string[2];
        foreach (var run in (int[])[0, 1])
        {
            var laptopKey = X25519.PublicKeyOf(TunnelKey.Generate());
            _laptop.Contents["/v1/export"] = JsonSerializer.SerializeToUtf8Bytes(
                new ExportGrant("s-test", 10809, 1 << 30, ReadOnly: false, new TunnelGrant(TunnelKey.Format(laptopKey), 61571)), ProtocolJson.Default.ExportGrant);
            var result = await BootAsync("--server", _laptop.Address, "--once");
            Assert.Equal((0, ""), (result.ExitCode, result.Errors));
            Assert.DoesNotContain("WARNING", result.Output);
            keys[run] = JsonSerializer.Deserialize(_laptop.Bodies["/v1/export"], ProtocolJson.Default.ExportRequest)!.TunnelKey!;
            Assert.True(TunnelKey.TryParse(keys[run], out _));
        }

        Assert.NotEqual(keys[0], keys[1]);
    }

    [Theory]
    [InlineData(null, 0)]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000", 61571)]
    [InlineData("short", 61571)]
    [InlineData("1111111111111111111111111111111111111111111111111111111111111111", 65536)]
    public async Task Boot_TunnelAnnouncedButNotGranted_BootsNothingInTheOpen(string? key, int port)
    {
        _laptop.Manifest = _laptop.Manifest with { Link = new LinkParameters { Protection = "wireguard" } };
        _laptop.Contents["/v1/export"] = JsonSerializer.SerializeToUtf8Bytes(
            new ExportGrant("s-test", 10809, 1 << 30, ReadOnly: false, key is null ? null : new TunnelGrant(key, port)), ProtocolJson.Default.ExportGrant);
        var run = await BootAsync("--server", _laptop.Address, "--once");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("nothing is booted over an unprotected link", run.Output + run.Errors);
    }

    [Theory]
    [InlineData("ipsec", 1500, "which this client cannot do")]
    [InlineData("wireguard", 1300, "at least 1360")]
    public async Task Boot_LinkThisClientCannotDo_IsRefusedBeforeAnythingIsFetched(string protection, int mtu, string message)
    {
        _laptop.Manifest = _laptop.Manifest with { Link = new LinkParameters { Protection = protection, Mtu = mtu } };
        var run = await BootAsync("--server", _laptop.Address, "--once");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(message, run.Output + run.Errors);
        Assert.Empty(_laptop.Requests);
    }

    [Fact]
    public async Task Boot_LaptopWithoutDrivers_AsksForNone()
    {
        _laptop.Manifest = _laptop.Manifest with { DriversAvailable = false };
        var run = await BootAsync("--server", _laptop.Address, "--once");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(["/v1/kernel", "/v1/initrd", "/v1/export"], _laptop.Requests);
    }

    /// <summary>While another desktop has the disk, the laptop cannot read its boot files: the client takes the disk first, and asks again when everything is fetched.</summary>
    [Fact]
    public async Task Boot_DiskInUseAndTakeOver_TakesItBeforeItFetches()
    {
        _laptop.Refusals["/v1/kernel"] = new Refusal(RefusalCodes.DiskInUse, "desktop fe80::9 uses the disk");
        var run = await BootAsync("--server", _laptop.Address, "--once", "--take-over");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(["/v1/kernel", "/v1/export", "/v1/kernel", "/v1/initrd", "/v1/modules", "/v1/export"], _laptop.Requests);
        Assert.Equal(["{\"takeOver\":true}", "{\"takeOver\":false}"], _laptop.ExportBodies.Select(Encoding.UTF8.GetString));
        Assert.Contains("taking the disk over", run.Output);
    }

    [Fact]
    public async Task Boot_DiskInUseAndNobodyWantsIt_TakesNothing()
    {
        _laptop.Refusals["/v1/kernel"] = new Refusal(RefusalCodes.DiskInUse, "desktop fe80::9 uses the disk");
        var run = await BootAsync("--server", _laptop.Address);
        Assert.Equal(["/v1/kernel", "/v1/kernel", "/v1/initrd", "/v1/modules", "/v1/export"], _laptop.Requests);
        Assert.Equal(["{\"takeOver\":false}"], _laptop.ExportBodies.Select(Encoding.UTF8.GetString));
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public async Task Boot_FailingOnTheWay_StartsOverUntilItWorks()
    {
        _laptop.Refusals["/v1/initrd"] = new Refusal(RefusalCodes.Failed, "the disk is gone");
        var run = await BootAsync("--server", _laptop.Address);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("failed: the laptop refuses: the disk is gone\ntrying again in 1 s\n", run.Output);
        Assert.Equal([.. s_phases[..5], .. s_phases], Phases(run));
    }

    [Fact]
    public async Task Boot_DiskInUse_AsksAgainWithoutFetchingAgain()
    {
        _laptop.Refusals["/v1/export"] = new Refusal(RefusalCodes.DiskInUse, "desktop fe80::9 uses the disk");
        var run = await BootAsync("--server", _laptop.Address);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("desktop fe80::9 uses the disk\n  asking again", run.Output);
        Assert.Equal(["/v1/kernel", "/v1/initrd", "/v1/modules", "/v1/export", "/v1/export"], _laptop.Requests);
    }

    [Fact]
    public async Task Boot_OnceAndRefused_Fails()
    {
        _laptop.Refusals["/v1/export"] = new Refusal(RefusalCodes.DiskInUse, "desktop fe80::9 uses the disk");
        var run = await BootAsync("--server", _laptop.Address, "--once");
        Assert.Equal((1, "stiefel-client: the laptop refuses: desktop fe80::9 uses the disk\n"), (run.ExitCode, run.Errors));
    }

    /// <summary>A loaded kernel holds the session and perhaps the passphrase, and a later reboot would start it; so it is unloaded. Each is also unloaded once after the trial.</summary>
    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 1)]
    public async Task Boot_LoadedKernelThatCannotBeStarted_IsUnloadedUnlessItWasToStay(bool noExec, int unloaded)
    {
        var (output, loaded) = (new StringWriter(), new ScriptedKernel());
        using var key = SharedKey.FromBytes(_laptop.Secret, "stick");
        using var passphrase = new LaptopPassphrase();
        var options = new BootSequenceOptions { AttachFile = WriteAttach(), Server = IPEndPoint.Parse(_laptop.Address), NoExec = noExec, Once = true };
        var boot = new BootSequence(options, key, new BootScreen(output, canRedraw: false, TimeProvider.System), person: null, passphrase) { Load = (_, _, _) => loaded, Start = kernel => kernel.Execute() };

        var failure = await Record.ExceptionAsync(() => boot.RunAsync(TestContext.Current.CancellationToken));

        Assert.Equal((!noExec, unloaded), (failure is LinuxException, loaded.Unloaded));
        Assert.Equal(!noExec, output.ToString().Contains("the loaded kernel is unloaded again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Boot_AttachProgramMissing_NamesTheOptionBeforeAnythingStarts()
    {
        var run = await ClientRun.StartAsync("boot", "--until-loading", "--server", _laptop.Address, "--key", WriteKey(), "--attach", "/nowhere/attach");
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("stiefel-client: --attach /nowhere/attach: no such file", run.Errors);
    }

    [Fact]
    public async Task Boot_OverACable_RaisesTheLinkFindsAndFetchesByLinkLocalAddress()
    {
        using var cable = new Cable("boot0");
        using var http = cable.Far(() => new TinyHttpServer(new IPEndPoint(IPAddress.IPv6Any, 0)));
        using var laptop = new ScriptedLaptop(http);
        using var responder = cable.Far(() => new Responder(laptop.Key, laptop.Port));
        cable.RaiseFar();

        var key = ClientRun.WriteKey(_directory.File("cable.key"), laptop.Secret);
        var run = await ClientRun.StartAsync("boot", "--once", "--until-loading", "--key", key, "--attach", WriteAttach());

        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.Equal(s_phases, Phases(run));
        Assert.Matches(@"boot0 \(..:..:..:..:..:..\) set up", run.Output);
        Assert.Matches($@"phase found\n  \[fe80::[0-9a-f:]+%\d+\]:{laptop.Port} by boot0 \(after [0-9.]+ s\)\n", run.Output);
    }

    private static string[] Phases(ClientRun run) =>
        [.. run.Output.Split('\n').Where(line => line.StartsWith("stiefel: phase ", StringComparison.Ordinal)).Select(line => line["stiefel: phase ".Length..])];

    private Task<ClientRun> BootAsync(params string[] arguments) =>
        ClientRun.StartAsync(["boot", "--until-loading", "--key", WriteKey(), "--attach", WriteAttach(), .. arguments]);

    private Task<ClientRun> RehearseAsync(params string[] arguments) =>
        ClientRun.StartAsync(["boot", "--no-load", .. arguments.Contains("--key") ? arguments : ["--key", WriteKey(), .. arguments]]);

    private string WriteKey() => ClientRun.WriteKey(_directory.File("stick.key"), _laptop.Secret);

    private string WriteAttach()
    {
        File.WriteAllText(_directory.File("attach"), "a program");
        return _directory.File("attach");
    }
}
