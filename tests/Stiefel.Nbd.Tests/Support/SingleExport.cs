using Stiefel.Nbd.Devices;
using Stiefel.Nbd.Negotiation;

namespace Stiefel.Nbd.Tests.Support;

/// <summary>A resolver with one export, which can be forgotten, or made unavailable for a while.</summary>
internal sealed class SingleExport(NbdExport export, bool isListed = true) : IExportResolver
{
    private volatile bool _isForgotten;

    public SingleExport(string name, IBlockDevice device)
        : this(new NbdExport(name, device))
    {
    }

    /// <summary>True while the export exists but is unavailable.</summary>
    public bool IsKeptBack { get; set; }

    public void Forget() => _isForgotten = true;

    public ExportLookup Resolve(string name)
    {
        if (_isForgotten || name != export.Name)
        {
            return ExportLookup.Unknown;
        }

        return IsKeptBack ? ExportLookup.NotNow : ExportLookup.Of(export);
    }

    /// <summary>Answers every request for notices without checking the proof.</summary>
    public NoticeAnswer Ask(NoticeQuestion question) => question.ExportName != export.Name ? NoticeAnswer.Unknown
        : question.After == 0 ? NoticeAnswer.Refused("not after nothing") : NoticeAnswer.Of([[1, 2, 3], [4]]);

    public IReadOnlyList<string> ListVisible() => isListed ? [export.Name] : [];
}
