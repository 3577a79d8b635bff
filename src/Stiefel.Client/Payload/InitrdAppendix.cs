using System.Net;
using System.Net.Sockets;
using System.Text;
using Stiefel.Client.Search;
using Stiefel.Linux.Initramfs;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Handover;

namespace Stiefel.Client.Payload;

/// <summary>Appends archives to the laptop's initrd, which itself stays unchanged; the kernel unpacks them over it.</summary>
internal static class InitrdAppendix
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Executable = OwnerOnly | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Writes zeros up to where another archive may begin; needed after every archive that is not ours.</summary>
    public static void Align(Stream initrd) => initrd.Write(CpioPadding.After(initrd.Position).Span);

    /// <summary>Appends the attach program, which does not depend on the laptop's grant.</summary>
    /// <param name="initrd">The laptop's initrd with what was appended so far.</param>
    /// <param name="attachProgram">A static executable.</param>
    public static void WriteProgram(Stream initrd, Stream attachProgram)
    {
        Align(initrd);
        var archive = new CpioWriter(initrd);
        archive.AddDirectory("stiefel", Executable);
        archive.AddFile(PayloadCommandLine.AttachInit[1..], Executable, attachProgram, attachProgram.Length);
        archive.Complete();
    }

    /// <summary>Appends what the program must know to reach the disk, readable by root only, because the export's name gives access to the disk.</summary>
    /// <param name="initrd">The laptop's initrd with what was appended so far, including the program.</param>
    /// <param name="session">How it reaches the disk.</param>
    /// <param name="passphrase">The disk's passphrase, if it is passed on; as private as the session.</param>
    public static void WriteSession(Stream initrd, AttachSession session, byte[]? passphrase = null)
    {
        Align(initrd);
        var archive = new CpioWriter(initrd);
        archive.AddFile(AttachSession.Path[1..], OwnerOnly, Encoding.UTF8.GetBytes(session.Format()));
        if (passphrase is not null)
        {
            archive.AddFile(HandedPassphrase.Path[1..], OwnerOnly, passphrase);
        }

        archive.Complete();
    }

    /// <summary>Describes how the payload reaches its disk.</summary>
    public static AttachSession DescribeSession(
        FoundServer server, BootManifest manifest, ExportGrant grant, GoodbyeSession goodbye, TunnelSession? tunnel, string realInit) => new()
    {
        Mac = server.Link.Mac.ToString(),
        ServerAddress = WithoutZone(server.Endpoint.Address).ToString(),
        OwnAddress = server.OwnAddress(),
        Port = grant.Port,
        ExportName = grant.Name,
        RequestTimeoutSeconds = manifest.Link.RequestTimeoutSeconds,
        DeadConnectionSeconds = manifest.Link.DeadConnectionSeconds,
        ExitWaitSeconds = manifest.Link.ExitWaitSeconds,
        Mtu = manifest.Link.Mtu,
        LargestMtu = grant.Tunnel?.LargestMtu,
        OtherLinks = tunnel is null ? null : OtherLink.Format(server.Others.Select(other => new OtherLink(other.Link.Mac.ToString(), other.Endpoint.Address))),
        Internet = manifest.Link.KnownInternet,
        RealInit = realInit,
        BootPort = server.Endpoint.Port,
        Goodbye = goodbye,
        Tunnel = tunnel,
    };

    // The zone is this kernel's number of the interface; the payload's kernel may use another.
    private static IPAddress WithoutZone(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? new IPAddress(address.GetAddressBytes()) : address;
}
