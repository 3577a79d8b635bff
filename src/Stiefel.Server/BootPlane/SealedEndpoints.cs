using System.Diagnostics;
using System.Text.Json;
using Stiefel.BootFiles.Catalog;
using Stiefel.BootFiles.Drivers;
using Stiefel.Nbd.Devices.Snapshots;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Handshake;
using Stiefel.Protocol.Tunnel;
using Stiefel.Server.BootReading;
using Stiefel.Server.Desktops;
using Stiefel.Server.Grants;
using Stiefel.Server.Logging;
using Stiefel.Server.Network;
using Stiefel.Server.Offers;
using Stiefel.Server.Sessions;

namespace Stiefel.Server.BootPlane;

/// <summary>The requests of a session (docs/protocol.md#requests). Every answer is an envelope with the data that was asked for, or a refusal with its reason.</summary>
public sealed class SealedEndpoints(
    SealedExchange exchange, IDiskGate gate, BootOffers offers, DesktopLog desktops, CableMtu cable, ILogger<SealedEndpoints> logger)
{
    // Bytes of a request that holds two numbers.
    private const int MaxMachine = 512;

    // Bytes of a request that holds a key and a flag.
    private const int MaxExportRequest = 4096;

    // Bytes of a request that holds an id.
    private const int MaxEntryRequest = 1024;

    /// <summary>POST /v1/machine: the desktop says which machine it is.</summary>
    public Task MachineAsync(HttpContext context) => exchange.AnswerAsync(context, MaxMachine, IdentifyAsync);

    /// <summary>POST /v1/kernel: the kernel image, sealed.</summary>
    public Task KernelAsync(HttpContext context) => exchange.AnswerAsync(context, 0, (request, answer, token) =>
        SendFileAsync("kernel", spec => new BootImage(spec.Kernel), request, answer, token));

    /// <summary>POST /v1/initrd: the initrds one after the other, sealed.</summary>
    public Task InitrdAsync(HttpContext context) => exchange.AnswerAsync(context, 0, (request, answer, token) =>
        SendFileAsync("initrd", spec => new BootImage(spec.Initrds), request, answer, token));

    /// <summary>POST /v1/modules: the drivers that were asked for, sealed.</summary>
    public Task ModulesAsync(HttpContext context) => exchange.AnswerAsync(context, RequestSealer.MaxBodyBytes, SendModulesAsync);

    /// <summary>POST /v1/export: the grant of the disk, sealed.</summary>
    public Task ExportAsync(HttpContext context) => exchange.AnswerAsync(context, MaxExportRequest, GrantAsync);

    /// <summary>POST /v1/release: the desktop gives the disk back unused.</summary>
    public Task ReleaseAsync(HttpContext context) => exchange.AnswerAsync(context, 0, GiveBackAsync);

    /// <summary>POST /v1/entry: the manifest of another boot entry, sealed.</summary>
    public Task EntryAsync(HttpContext context) => exchange.AnswerAsync(context, MaxEntryRequest, ChooseAsync);

    private async Task ChooseAsync(OpenedRequest request, SealedResponse answer, CancellationToken token)
    {
        var wanted = Parse(request.Body, ProtocolJson.Default.EntryRequest);
        request.Session.Lock.RefuseIfClosed();
        using var lease = await gate.ReadAsync(request.Session.ReaderAt(answer.Peer), token);
        var (manifest, fingerprint) = await offers.ChooseAsync(wanted.Id, lease);
        request.Session.Choose(wanted.Id, fingerprint);
        logger.EntryChosen(request.Session.Id, manifest.Title);
        desktops.Add(answer.Peer, "entry", $"chose {manifest.Title}");

        var json = JsonSerializer.SerializeToUtf8Bytes(manifest, ProtocolJson.Default.BootManifest);
        await using var envelope = answer.Begin(json.Length);
        await envelope.WriteAsync(json, token);
        await envelope.CompleteAsync(token);
    }

    private static async Task IdentifyAsync(OpenedRequest request, SealedResponse answer, CancellationToken token)
    {
        var machine = Parse(request.Body, ProtocolJson.Default.MachineIdentity);
        if (!machine.IsSound)
        {
            throw new RefusalException(new Refusal(RefusalCodes.Failed, "this server does not understand the request: expected the numbers of a machine and of its boot"));
        }

        request.Session.Identify(machine);
        await using var envelope = answer.Begin(0);
        await envelope.CompleteAsync(token);
    }

    private async Task SendFileAsync(
        string file, Func<BootSpec, BootImage> choose, OpenedRequest request, SealedResponse answer, CancellationToken token)
    {
        request.Session.Lock.RefuseIfClosed();
        var clock = Stopwatch.StartNew();
        using var lease = await gate.ReadAsync(request.Session.ReaderAt(answer.Peer), token);
        var image = choose(offers.SpecOf(request.Session.Fingerprint, request.Session.Entry, lease));

        using var both = CancellationTokenSource.CreateLinkedTokenSource(token, lease.Revoked);
        await using var envelope = answer.Begin(image.Length);
        await image.ReadAsync(envelope.WriteAsync, both.Token);
        await envelope.CompleteAsync(both.Token);
        logger.FileSent(request.Session.Id, file, image.Length, clock.ElapsedMilliseconds);
        desktops.Add(answer.Peer, file, $"{file} sent, {image.Length} bytes");
    }

    private async Task SendModulesAsync(OpenedRequest request, SealedResponse answer, CancellationToken token)
    {
        var wanted = Parse(request.Body, ProtocolJson.Default.DriversRequest);
        request.Session.Lock.RefuseIfClosed();
        var clock = Stopwatch.StartNew();
        using var lease = await gate.ReadAsync(request.Session.ReaderAt(answer.Peer), token);
        if (lease.Files.ModulesOf(offers.SpecOf(request.Session.Fingerprint, request.Session.Entry, lease)) is not { } modules)
        {
            throw new RefusalException(new Refusal(RefusalCodes.NoDrivers, lease.Files.ModulesMissing ?? "the laptop has no drivers for this kernel"));
        }

        using var both = CancellationTokenSource.CreateLinkedTokenSource(token, lease.Revoked);
        await using var envelope = answer.Begin(plainLength: null);
        var drivers = await DriverArchive.WriteAsync(envelope, modules, wanted.Modaliases, both.Token);
        await envelope.CompleteAsync(both.Token);
        logger.DriversSent(request.Session.Id, drivers.Files.Count, envelope.SealedBytes, clock.ElapsedMilliseconds);
        foreach (var reason in drivers.LeftOut)
        {
            logger.DriverLeftOut(request.Session.Id, reason);
        }

        desktops.Add(answer.Peer, "modules", $"{drivers.Files.Count} drivers sent, {envelope.SealedBytes} bytes");
    }

    private async Task GrantAsync(OpenedRequest request, SealedResponse answer, CancellationToken token)
    {
        var wanted = Parse(request.Body, ProtocolJson.Default.ExportRequest);
        var session = request.Session;
        var keys = TunnelKey.TryParse(wanted.TunnelKey, out var peerKey) ? session.TunnelWith(peerKey) with { LargestMtu = cable.Agree(answer.Peer, wanted.LargestMtu) } : null;
        var granted = await gate.GrantAsync(
            new GrantRequest(session.Id, session.ExportName, answer.Peer, wanted.TakeOver, session.KeyName, session.KeyId, keys, session.FormatGoodbyeKey(), session.Identity, wanted.ReadOnly && !wanted.Guest, wanted.Guest), token);
        var export = granted.Export;
        var grant = new ExportGrant(
            session.ExportName, granted.NbdPort, export.Device.Size, export.IsReadOnly || export.Device.Traits.IsReadOnly, granted.Tunnel, export.Device is SnapshotDevice);
        logger.DiskGranted(session.Id, answer.Peer, grant.SizeBytes);
        logger.PhaseReached(Phase.Granted);
        desktops.Add(answer.Peer, "granted", $"has the disk, {grant.SizeBytes} bytes");

        var json = JsonSerializer.SerializeToUtf8Bytes(grant, ProtocolJson.Default.ExportGrant);
        await using var envelope = answer.Begin(json.Length);
        await envelope.WriteAsync(json, token);
        await envelope.CompleteAsync(token);
    }

    private async Task GiveBackAsync(OpenedRequest request, SealedResponse answer, CancellationToken token)
    {
        if (!await gate.GiveBackAsync(request.Session.Id))
        {
            throw new RefusalException(new Refusal(RefusalCodes.Failed, "this session has no unused disk to give back"));
        }

        logger.DiskGivenBack(request.Session.Id, answer.Peer);
        desktops.Add(answer.Peer, "given-back", "gave the disk back unused");
        await using var envelope = answer.Begin(0);
        await envelope.CompleteAsync(token);
    }

    private static T Parse<T>(byte[] body, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(body, type) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw new RefusalException(new Refusal(RefusalCodes.Failed, $"this server does not understand the request: {e.Message}"));
        }
    }
}
