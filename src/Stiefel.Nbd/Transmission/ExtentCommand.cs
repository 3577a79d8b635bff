using System.Buffers.Binary;
using Stiefel.Nbd.Devices;
using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Transmission;

/// <summary>Executes BLOCK_STATUS for the context base:allocation.</summary>
internal sealed class ExtentCommand(TransmissionContext context)
{
    // An answer may stop early (proto.md#request-types); the client then asks for the rest. Arbitrary; bounds one reply to 16 KiB.
    private const int MaxExtents = 1024;

    public void Execute(in NbdRequest request)
    {
        var extents = new List<BlockExtent>();
        try
        {
            CollectExtents(request, extents);
        }
        catch (Exception e) when (TransmissionContext.IsOfDevice(e))
        {
            context.Finish(request, e);
            return;
        }

        if (context.Format == ReplyFormat.Extended)
        {
            SendLongExtents(request, extents);
        }
        else
        {
            SendShortExtents(request, extents);
        }
    }

    private void CollectExtents(in NbdRequest request, List<BlockExtent> extents)
    {
        var most = request.Flags.HasFlag(NbdCommandFlags.ReqOne) ? 1 : MaxExtents;
        var offset = (long)request.Offset;
        var end = offset + (long)request.Length;
        while (offset < end && extents.Count < most)
        {
            var extent = context.Device.FindExtent(offset, end - offset);
            extents.Add(extent);
            offset += extent.Length;
        }
    }

    // 32 bits context, then 32 bits length and flags each
    private void SendShortExtents(in NbdRequest request, List<BlockExtent> extents)
    {
        var payload = context.Reply.BeginChunk(request, ChunkType.BlockStatus, 4 + (8 * extents.Count), isLast: true);
        BinaryPrimitives.WriteUInt32BigEndian(payload, MetaContext.BaseAllocationId);
        payload = payload[4..];
        foreach (var extent in extents)
        {
            BinaryPrimitives.WriteUInt32BigEndian(payload, (uint)extent.Length);
            BinaryPrimitives.WriteUInt32BigEndian(payload[4..], StateOf(extent));
            payload = payload[8..];
        }
    }

    // 32 bits context, 32 bits number of extents, then 64 bits length and flags each
    private void SendLongExtents(in NbdRequest request, List<BlockExtent> extents)
    {
        var payload = context.Reply.BeginChunk(request, ChunkType.BlockStatusExt, 8 + (16 * extents.Count), isLast: true);
        BinaryPrimitives.WriteUInt32BigEndian(payload, MetaContext.BaseAllocationId);
        BinaryPrimitives.WriteUInt32BigEndian(payload[4..], (uint)extents.Count);
        payload = payload[8..];
        foreach (var extent in extents)
        {
            BinaryPrimitives.WriteUInt64BigEndian(payload, (ulong)extent.Length);
            BinaryPrimitives.WriteUInt64BigEndian(payload[8..], StateOf(extent));
            payload = payload[16..];
        }
    }

    private static uint StateOf(BlockExtent extent) => extent.IsHole ? MetaContext.StateHole | MetaContext.StateZero : 0;
}
