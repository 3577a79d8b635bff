using System.Net;
using System.Net.Sockets;
using Stiefel.Nbd.Client;
using Stiefel.Nbd.Wire;
using Stiefel.Protocol.Ending;
using Stiefel.Protocol.Handover;
using Stiefel.Protocol.Keys;

namespace Stiefel.Attach.Agent;

/// <summary>
/// Tells the laptop that this desktop is done with the disk for good, and verifies that it was heard (docs/protocol.md#goodbye). To be called when nobody
/// here uses the disk any more and the kernel's device is disconnected: from then on this desktop never writes again.
/// </summary>
internal sealed class LaptopGoodbye(AttachSession session, ConnectionGenerations generations)
{
    /// <summary>
    /// One try: a connection of the next generation, which ends all before it, flushes, so that whatever became of the kernel's own flush this one is the
    /// last command; then a fresh one says goodbye. Returns when the laptop has proved that it heard it.
    /// </summary>
    /// <param name="server">The block server.</param>
    /// <exception cref="GoodbyeRefusedException">It never will: something written is lost, or the laptop knows no goodbye. To try again is of no use.</exception>
    /// <exception cref="IOException">Not now: try again.</exception>
    /// <exception cref="SocketException">The laptop cannot be reached: try again.</exception>
    internal void Say(IPEndPoint server)
    {
        if (session.Goodbye is not { } goodbye || !SessionId.TryParse(goodbye.Session, out var id))
        {
            throw new GoodbyeRefusedException("what booted this desktop knew no goodbye: update the stick");
        }

        Flush(server);
        var key = Convert.FromHexString(goodbye.Key);
        var number = generations.Next();
        using var socket = ServerConnection.Dial(server);
        var answer = Ask(socket, number, SessionGoodbye.Prove(key, id, number));
        if (!SessionGoodbye.IsConfirmation(answer, key, id, number))
        {
            throw new NbdProtocolException("the answer to the goodbye is not the laptop's");
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
                throw new GoodbyeRefusedException("the laptop could not bring all that was written to its disk: something of it is lost");
            }
        }
        catch (NbdProtocolException refused) when (refused.IsUnknownExport)
        {
            // Not the disk's any more, after a goodbye whose answer got lost: the goodbye's own answer says which.
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
            throw new GoodbyeRefusedException("the laptop knows no goodbye: update its ramdisk");
        }
    }
}

/// <summary>The end of this desktop will not count as clean.</summary>
internal sealed class GoodbyeRefusedException(string message) : Exception(message);
