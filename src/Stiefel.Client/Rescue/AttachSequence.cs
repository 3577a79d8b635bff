using Stiefel.Client.Boot;
using Stiefel.Client.Laptop;
using Stiefel.Client.Payload;
using Stiefel.Client.Screen;
using Stiefel.Client.Search;
using Stiefel.CommandLine;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Keys;
using Stiefel.Protocol.Text;

namespace Stiefel.Client.Rescue;

/// <summary>
/// Gives a running system the laptop's disk. The order protects the data: the rule that keeps others away comes before the device, the laptop itself refuses
/// writes unless they were asked for, and whatever fails leaves neither rule nor grant behind.
/// </summary>
/// <param name="options">The command's options.</param>
/// <param name="key">The stick's key.</param>
/// <param name="screen">Shows the progress.</param>
/// <param name="system">The running system.</param>
internal sealed class AttachSequence(AttachOptions options, SharedKey key, BootScreen screen, IAttachingSystem system)
{
    // No system is started from this disk.
    private const string NoInit = "/init";

    /// <summary>Attaches the disk.</summary>
    /// <returns>The device: `/dev/nbd0`.</returns>
    public async Task<string> RunAsync(CancellationToken token)
    {
        screen.Phase("searching", $"for a laptop that knows the key `{key.Name}`");
        var server = options.Server is { } address
            ? FoundServer.AtAddress(address)
            : await new ServerSearch(key, options.Interface, options.Laptop, screen.Say).FindFirstAsync(options.SearchLimit, token);
        screen.Phase("found", server.ToString());

        using var laptop = await BootClient.ConnectForDiskAsync(server, key, token);
        CheckLink(server, laptop.Manifest.Link);
        await laptop.TellMachineAsync(OwnMachine.Read(), token);

        var index = system.FindFreeDevice();
        try
        {
            system.KeepOthersAway(index);
            await AttachAsync(laptop, server, index, token);
        }
        catch
        {
            system.LetOthersIn(index);
            if (laptop.MayHaveDisk)
            {
                await new DiskReturn(laptop, screen.Say).RunAsync();
            }

            throw;
        }

        Explain(index);
        return $"/dev/{NbdDevices.NameOf(index)}";
    }

    private async Task AttachAsync(BootClient laptop, FoundServer server, int index, CancellationToken token)
    {
        var grant = await RequestDiskAsync(laptop, token);
        var session = InitrdAppendix.DescribeSession(server, laptop.Manifest, grant, laptop.DescribeGoodbye(), laptop.DescribeTunnel(grant), NoInit);
        screen.Phase("granted", $"a disk of {DataSize.Megabytes(grant.SizeBytes)}, {options.AccessText}");

        await system.AttachAsync(index, server.Link.Name, session, token);
        if (grant.ReadOnly && !system.IsReadOnly(index))
        {
            system.Abandon(index);
            throw new RefusedException("this kernel would write to a disk that was given read-only: it was detached again");
        }

        screen.Phase("attached", $"/dev/{NbdDevices.NameOf(index)}, the disk of {PrintableText.Of(laptop.Manifest.Laptop)}, {options.AccessText}");
    }

    private async Task<ExportGrant> RequestDiskAsync(BootClient laptop, CancellationToken token)
    {
        try
        {
            return await laptop.RequestDiskAsync(new ExportRequest(options.TakeOver, ReadOnly: options is { Write: false, Guest: false }, Guest: options.Guest), token);
        }
        catch (RefusalException refusal) when (refusal.Refusal.Code == RefusalCodes.DiskInUse)
        {
            throw new RefusedException(
                $"the laptop refuses: {PrintableText.Of(refusal.Message)}. Nothing was changed; --take-over would end that desktop's session and lose what it has not saved");
        }
    }

    private static void CheckLink(FoundServer server, LinkParameters link)
    {
        if (link.Mtu > server.Link.Mtu)
        {
            throw new FailedException($"the laptop sends packets of {link.Mtu} bytes, and {server.Link.Name} takes {server.Link.Mtu}: `ip link set {server.Link.Name} mtu {link.Mtu}`, then try again");
        }
    }

    private void Explain(int index)
    {
        var device = NbdDevices.NameOf(index);
        screen.Say($"  lsblk /dev/{device}                        shows its partitions");
        screen.Say(options is { Write: false, Guest: false }
            ? $"  mount -o ro,noload /dev/{device}p2 /mnt      reads ext4; for XFS ro,norecovery, for btrfs ro,rescue=nologreplay"
            : $"  fsck /dev/{device}p2                         before a partition is mounted");
        screen.Say("  stiefel-client detach                    at the end, before this computer is switched off");
    }
}
