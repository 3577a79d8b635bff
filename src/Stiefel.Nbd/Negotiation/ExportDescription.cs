using System.Buffers.Binary;
using Stiefel.Nbd.Devices;
using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Negotiation;

/// <summary>Encodes what the server tells a client about an export.</summary>
internal static class ExportDescription
{
    /// <summary>The export's transmission flags (proto.md#transmission-flags).</summary>
    public static TransmissionFlags FlagsOf(NbdExport export, ReplyFormat format)
    {
        var traits = export.Device.Traits;
        var flags = TransmissionFlags.HasFlags | TransmissionFlags.SendFlush | TransmissionFlags.SendFua | TransmissionFlags.SendCache;
        if (IsReadOnly(export))
        {
            flags |= TransmissionFlags.ReadOnly;
        }
        else
        {
            // NewestConnectionOnly exports serve the kernel's client, which requests up to 4 GiB of zeroes at once and repeats all of it after its
            // timeout (drivers/block/nbd.c). How long a disk takes is unknown, so let the kernel write the zeroes in pieces instead.
            flags |= export.Sharing != ExportSharing.NewestConnectionOnly ? TransmissionFlags.SendWriteZeroes | TransmissionFlags.SendFastZero : 0;
            flags |= traits.CanTrim ? TransmissionFlags.SendTrim : 0;
        }

        flags |= traits.IsRotational ? TransmissionFlags.Rotational : 0;
        flags |= format != ReplyFormat.Simple ? TransmissionFlags.SendDf : 0;

        // All connections write through the same descriptor, so one flush covers them all.
        flags |= export.Sharing == ExportSharing.ManyConnections ? TransmissionFlags.CanMultiConn : 0;
        return flags;
    }

    public static bool IsReadOnly(NbdExport export) => export.IsReadOnly || export.Device.Traits.IsReadOnly;

    // NBD_INFO_EXPORT: 64 bits size, 16 bits transmission flags
    public static byte[] SizeAndFlags(NbdExport export, ReplyFormat format)
    {
        var data = new byte[10];
        BinaryPrimitives.WriteUInt64BigEndian(data, (ulong)export.Device.Size);
        BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(8), (ushort)FlagsOf(export, format));
        return data;
    }

    // NBD_INFO_BLOCK_SIZE: 32 bits minimum, 32 bits preferred, 32 bits maximum payload
    public static byte[] BlockSizes(NbdExport export)
    {
        var traits = export.Device.Traits;
        var data = new byte[12];
        BinaryPrimitives.WriteUInt32BigEndian(data, (uint)traits.MinimumBlockSize);
        BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(4), (uint)traits.PreferredBlockSize);
        BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(8), NbdLimits.MaxPayload);
        return data;
    }
}
