using System.Net;
using System.Net.Sockets;
using Stiefel.Nbd.Client;
using Stiefel.Nbd.Wire;
using Stiefel.Protocol.Ending;
using Stiefel.Protocol.Handover;
using Stiefel.Protocol.Keys;

namespace Stiefel.Attach.Agent;

/// <summary>
/// Tells the laptop that this desktop is done with the disk for good, and verifies its confirmation (docs/protocol.md#goodbye). Call it only once nothing
/// uses the disk and the kernel's device is disconnected: this desktop never writes again after it.
/// </summary>
internal sealed class LaptopGoodbye(AttachSession session, ConnectionGenerations generations)
{
    /// <summary>
    /// Makes one try. A connection of the next generation, which ends all earlier ones, flushes, so that this flush is the last command even if the
    /// kernel's own was lost. Then a new connection says goodbye. Returns when the laptop has proved that it heard it.
    /// </summary>
    /// <param name="server">The block server.</param>
    /// <exception cref="GoodbyeRefusedException">Something written is lost, or one side knows no goodbye. Trying again is of no use.</exception>
    /// <exception cref="IOException">The try failed: try again.</exception>
    /// <exception cref="SocketException">The laptop cannot be reached: try again.</exception>
    internal void Say(IPEndPoint server)
    {
        if (session.Goodbye is not { } goodbye || !SessionId.TryParse(goodbye.Session, out var id))
        {
            throw new GoodbyeRefusedException("the stick that booted this desktop is too old for a clean goodbye: update it with stiefel setup-client-usbdrive");
        }

        Flush(server);
        var key = Convert.FromHexString(goodbye.Key);
        var number = generations.Next();
        using var socket = ServerConnection.Dial(server);
        var answer = Ask(socket, number, SessionGoodbye.Prove(key, id, number));
        if (!SessionGoodbye.IsConfirmation(answer, key, id, number))
        {
            throw new NbdProtocolException("the answer to the goodbye was not made by the laptop");
        }
    }

    private void Flush(IPEndPoint server)
    {
        try
        {
            using var last = ServerConnection.Open(server, session.ExportName, generations.Next());
            last.Socket.ReceiveTimeout = ServerConnection.FlushMilliseconds;
            if (!NbdClientFlush.FlushAndLeave(last.Socket))
            {
                throw new GoodbyeRefusedException("the laptop could not write everything to its disk: some of the last writes are lost");
            }
        }
        catch (NbdProtocolException refused) when (refused.IsUnknownExport)
        {
            // The export is gone: either an earlier goodbye succeeded and its answer was lost, or the disk is lost. The next goodbye's answer tells which.
        }
    }

    private byte[] Ask(Socket socket, ulong number, byte[] proof)
    {
        try
        {
            return NbdClientHandshake.SayGoodbye(socket, session.ExportName, number, proof);
        }
        catch (NbdProtocolException refused) when (refused.IsUnsupported)
        {
            throw new GoodbyeRefusedException("the laptop's ramdisk is too old for a clean goodbye: update it with stiefel create-initrd");
        }
    }
}

/// <summary>The laptop will not count this desktop's end as clean.</summary>
internal sealed class GoodbyeRefusedException(string message) : Exception(message);
