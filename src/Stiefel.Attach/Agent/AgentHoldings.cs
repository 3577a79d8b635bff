using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Nbd;
using Stiefel.Linux.Network;
using Stiefel.Linux.Processes;
using Stiefel.Nbd.Client;
using Stiefel.Nbd.Wire;
using Stiefel.Protocol.Handover;

namespace Stiefel.Attach.Agent;

/// <summary>What the agent holds and cannot find again by itself, as its stand-by hears it (<see cref="StandByProgram"/>): the session, open files, and what changes.</summary>
/// <param name="milliseconds">A clock that counts milliseconds.</param>
/// <param name="open">Opens the kernel's NBD client in a namespace, or in the thread's own for null.</param>
internal sealed class AgentHoldings(Func<long> milliseconds, Func<NetworkNamespace?, NbdNetlink?> open) : IDisposable
{
    // The session file's largest size, and some room.
    private const int LargestMessage = AttachSession.MaxLength + 1024;

    // Longer than an agent takes to act on an announcement of the kernel.
    private static readonly TimeSpan s_unsure = TimeSpan.FromSeconds(2);

    private NbdNetlink? _kernel;
    private bool _isLost;
    private long _since = milliseconds();

    internal AttachSession? Session { get; private set; }

    /// <summary>Where the disk is on a system that ran before it; null for a payload.</summary>
    internal AttachOrder? Beside { get; private set; }

    /// <summary>The number of the device.</summary>
    internal int Index => Beside?.Index ?? AttachedDisk.PayloadsIndex;

    /// <summary>The server's description of the disk when it was attached.</summary>
    internal NbdExportInfo? Export { get; private set; }

    /// <summary>The namespace of the laptop's system; null if the link shares it.</summary>
    internal NetworkNamespace? Outside { get; private set; }

    /// <summary>The card's kind in rtnetlink; null for hardware.</summary>
    internal string? CardKind { get; private set; }

    /// <summary>The files of <see cref="DeviceQueue"/>; null if the kernel does not show them.</summary>
    internal SafeFileHandle? Counters { get; private set; }

    /// <inheritdoc cref="Counters"/>
    internal SafeFileHandle? RequestSize { get; private set; }

    /// <summary>The socket at which the agent is asked to say goodbye; null if there is none.</summary>
    internal SafeFileHandle? EndSocket { get; private set; }

    /// <summary>The directory with this program.</summary>
    internal SafeFileHandle? Programs { get; private set; }

    /// <summary>The number of the last notice that the laptop's owner has seen.</summary>
    internal ulong LastNotice { get; private set; }

    /// <summary>The address at which the block server was last reached.</summary>
    internal IPEndPoint? Reached { get; private set; }

    /// <summary>True once everything is here that the disk needs.</summary>
    internal bool IsComplete => Session is not null && Export is not null && Programs is not null && Kernel is not null;

    /// <summary>The kernel's NBD client, which has heard its announcements for as long as the session has been here.</summary>
    internal NbdNetlink? Kernel => _kernel;

    /// <summary>Hears until the agent has ended.</summary>
    /// <param name="agent">The socket to the agent.</param>
    /// <param name="whenComplete">Runs once everything is here.</param>
    internal void HearFrom(Socket agent, Action whenComplete)
    {
        var (bytes, wasComplete) = (new byte[LargestMessage], false);
        for (int length; (length = DescriptorMessage.Receive(agent, bytes, out var file)) > 0;)
        {
            Take((StandByWord)bytes[0], Encoding.UTF8.GetString(bytes, 1, length - 1), file);
            if (!wasComplete && IsComplete)
            {
                whenComplete();
                wasComplete = true;
            }
        }

        bytes.AsSpan().Clear();
    }

    /// <summary>
    /// True unless the connection surely works. The kernel announces a dead connection once, perhaps to an agent that was killed before it acted. To replace
    /// a connection that works costs a moment; to miss a dead one would be the end of the disk.
    /// </summary>
    internal bool IsPerhapsLost()
    {
        _isLost = _isLost || Kernel?.WaitForLinkDead(Index, TimeSpan.Zero) == true;
        return _isLost || milliseconds() - _since < (long)s_unsure.TotalMilliseconds;
    }

    /// <summary>True if the agent or the kernel has said that the connection is lost; read it after <see cref="IsPerhapsLost"/>.</summary>
    internal bool IsAnnounced => _isLost;

    /// <summary>Takes one message.</summary>
    internal void Take(StandByWord word, string text, SafeFileHandle? file)
    {
        switch (word)
        {
            case StandByWord.Outside: Outside = NetworkNamespace.Of(file!); break;
            case StandByWord.Session: (Session, _kernel) = (AttachSession.Parse(text), open(Outside)); break;
            case StandByWord.Beside: Beside = AttachOrder.Parse(text.Split('\n')); break;
            case StandByWord.Export: Export = ParseExport(text); break;
            case StandByWord.Card: CardKind = text.Length == 0 ? null : text; break;
            case StandByWord.Counters: Counters = file; break;
            case StandByWord.RequestSize: RequestSize = file; break;
            case StandByWord.EndSocket: EndSocket = file; break;
            case StandByWord.Programs: Programs = file; break;
            case StandByWord.Notice: LastNotice = ulong.Parse(text, CultureInfo.InvariantCulture); break;
            case StandByWord.Lost: _isLost = true; break;
            case StandByWord.Back: HearBack(text); break;
            default: break;
        }
    }

    /// <summary>Writes the order for <see cref="StandByWord.Beside"/>.</summary>
    internal static string Format(AttachOrder order) => string.Join('\n', order.Format());

    /// <summary>Writes the description for <see cref="StandByWord.Export"/>.</summary>
    internal static string Format(NbdExportInfo export) =>
        $"{export.Size} {(ushort)export.Flags} {export.MinimumBlockSize} {export.PreferredBlockSize} {export.MaximumBlockSize}";

    public void Dispose()
    {
        _kernel?.Dispose();
        Outside?.Dispose();
        foreach (var file in (SafeFileHandle?[])[Counters, RequestSize, EndSocket, Programs])
        {
            file?.Dispose();
        }
    }

    // Announcements up to now have been acted on. One of the new connection may be among them, so for a moment nothing is sure.
    private void HearBack(string reached)
    {
        while (_kernel?.WaitForLinkDead(Index, TimeSpan.Zero) == true)
        {
        }

        (Reached, _isLost, _since) = (IPEndPoint.Parse(reached), false, milliseconds());
    }

    private static NbdExportInfo ParseExport(string text)
    {
        var numbers = Array.ConvertAll(text.Split(' '), number => long.Parse(number, CultureInfo.InvariantCulture));
        return new(numbers[0], (TransmissionFlags)numbers[1], (uint)numbers[2], (uint)numbers[3], (uint)numbers[4]);
    }
}

/// <summary>The first byte of a message to the stand-by. Each passes a file or has a text, and what is told later replaces what was told before.</summary>
internal enum StandByWord : byte
{
    /// <summary>The namespace of the laptop's system; comes before the session, or not at all.</summary>
    Outside = (byte)'O',

    /// <summary>Where the disk is on a system that ran before it (<see cref="AgentHoldings.Format(AttachOrder)"/>); comes before the session, or not at all.</summary>
    Beside = (byte)'R',

    /// <summary>The session, as in its file.</summary>
    Session = (byte)'S',

    /// <summary>The disk, by <see cref="AgentHoldings.Format(NbdExportInfo)"/>.</summary>
    Export = (byte)'E',

    /// <summary>The card's kind; empty for hardware.</summary>
    Card = (byte)'K',

    /// <summary>The device's `stat`.</summary>
    Counters = (byte)'C',

    /// <summary>The device's `max_sectors_kb`.</summary>
    RequestSize = (byte)'Z',

    /// <summary>The socket at which the last process asks, or `stiefel-client detach`.</summary>
    EndSocket = (byte)'D',

    /// <summary>The directory with this program; comes after all the others.</summary>
    Programs = (byte)'P',

    /// <summary>The number of the last notice shown.</summary>
    Notice = (byte)'N',

    /// <summary>The connection is lost, and is being replaced.</summary>
    Lost = (byte)'L',

    /// <summary>The connection works; the text is the block server's address in the tunnel, with the tunnel's number as its zone.</summary>
    Back = (byte)'B',
}
