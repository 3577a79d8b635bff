using System.Net;
using System.Net.Sockets;
using System.Text;
using Stiefel.Client.Search;
using Stiefel.Linux.Initramfs;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Handover;

namespace Stiefel.Client.Payload;

/// <summary>What is appended to the laptop's initrd, which itself stays as it is: archives that the kernel unpacks over it.</summary>
internal static class InitrdAppendix
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Executable = OwnerOnly | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Zeros until another archive may begin. Needed after every archive that is not ours.</summary>
    public static void Align(Stream initrd) => initrd.Write(CpioPadding.After(initrd.Position).Span);

    /// <summary>The attach program: all that does not depend on the laptop's grant.</summary>
    /// <param name="initrd">The laptop's, and what was appended to it.</param>
    /// <param name="attachProgram">A static executable.</param>
    public static void WriteProgram(Stream initrd, Stream attachProgram)
    {
        Align(initrd);
        var archive = new CpioWriter(initrd);
        archive.AddDirectory("stiefel", Executable);
        archive.AddFile(PayloadCommandLine.AttachInit[1..], Executable, attachProgram, attachProgram.Length);
        archive.Complete();
    }

    /// <summary>What it must know to reach the disk: readable by root only, for the export's name is the right to use it.</summary>
    /// <param name="initrd">The laptop's, and what was appended to it, the program among it.</param>
    /// <param name="session">How it reaches the disk.</param>
    /// <param name="passphrase">The disk's passphrase, if it is handed on; as private as the session.</param>
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

    /// <summary>How the payload reaches its disk.</summary>
    public static AttachSession DescribeSession(
        FoundServer server, BootManifest manifest, ExportGrant grant, GoodbyeSession goodbye, TunnelSession? tunnel, string realInit) => new()
    {
        Mac = server.Link.Mac.ToString(),
        ServerAddress = WithoutZone(server.Endpoint.Address).ToString(),
        Port = grant.Port,
        ExportName = grant.Name,
        RequestTimeoutSeconds = manifest.Link.RequestTimeoutSeconds,
        DeadConnectionSeconds = manifest.Link.DeadConnectionSeconds,
        ExitWaitSeconds = manifest.Link.ExitWaitSeconds,
        Mtu = manifest.Link.Mtu,
        RealInit = realInit,
        BootPort = server.Endpoint.Port,
        Goodbye = goodbye,
        Tunnel = tunnel,
    };

    // The zone is this kernel's number of the interface; the payload's will differ.
    private static IPAddress WithoutZone(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? new IPAddress(address.GetAddressBytes()) : address;
}
