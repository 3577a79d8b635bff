using System.Buffers.Binary;
using System.Text;
using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Negotiation;

// NBD_OPT_LIST_META_CONTEXT, NBD_OPT_SET_META_CONTEXT (proto.md#option-types).
internal sealed partial class Negotiator
{
    private string? _contextExport;

    // The client's selection is valid only for the export that it named.
    private bool HasContextFor(string exportName) => _format != ReplyFormat.Simple && _contextExport == exportName;

    // 32 bits name length, export name, 32 bits number of queries, 32 bits length and query each
    private bool HandleMetaContext(NbdOption option, ReadOnlySpan<byte> data)
    {
        var isSet = option == NbdOption.SetMetaContext;
        if (isSet)
        {
            _contextExport = null;
        }

        if (_format == ReplyFormat.Simple)
        {
            stream.Refuse(option, OptionReplyType.ErrorInvalid, "structured replies must be agreed first");
            return true;
        }

        if (!TryReadQueries(data, isSet, out var exportName, out var matches))
        {
            stream.Refuse(option, OptionReplyType.ErrorInvalid, "the queries are malformed");
            return true;
        }

        if (Look(exportName) is { Export: null } unknown)
        {
            stream.Refuse(option, unknown.Refusal, unknown.Reason);
            return true;
        }

        if (matches)
        {
            _contextExport = isSet ? exportName : _contextExport;
            SendContext(option, isSet ? MetaContext.BaseAllocationId : 0);
        }

        stream.Reply(option, OptionReplyType.Ack, []);
        return true;
    }

    private static bool TryReadQueries(ReadOnlySpan<byte> data, bool isSet, out string exportName, out bool matches)
    {
        var fields = new OptionData(data);
        matches = false;
        if (!fields.TryReadString(out exportName) || !fields.TryReadUInt32(out var count))
        {
            return false;
        }

        // LIST_META_CONTEXT without queries asks for all contexts.
        matches = count == 0 && !isSet;
        for (uint i = 0; i < count; i++)
        {
            if (!fields.TryReadString(out var query))
            {
                return false;
            }

            matches |= query == MetaContext.BaseAllocation || (!isSet && query == MetaContext.BaseNamespace);
        }

        return fields.IsAtEnd;
    }

    // NBD_REP_META_CONTEXT: 32 bits id, name
    private void SendContext(NbdOption option, uint id)
    {
        var reply = new byte[4 + MetaContext.BaseAllocation.Length];
        BinaryPrimitives.WriteUInt32BigEndian(reply, id);
        Encoding.UTF8.GetBytes(MetaContext.BaseAllocation).CopyTo(reply, 4);
        stream.Reply(option, OptionReplyType.MetaContext, reply);
    }
}
