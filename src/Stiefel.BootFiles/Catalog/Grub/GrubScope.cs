namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>The positional parameters of a function or of a menu entry's body.</summary>
internal sealed class GrubScope(IReadOnlyList<string> arguments)
{
    private IReadOnlyList<string> _arguments = arguments;
    private int _shifts;

    /// <summary>The parameters that `shift` has left.</summary>
    public IReadOnlyList<string> Arguments => [.. _arguments.Skip(_shifts)];

    /// <summary>`setparams`.</summary>
    public void Replace(IReadOnlyList<string> arguments)
    {
        _arguments = arguments;
        _shifts = 0;
    }

    /// <summary>`shift`; false if there are fewer parameters.</summary>
    public bool Shift(int count)
    {
        var fits = count >= 0 && count <= _arguments.Count - _shifts;
        _shifts += fits ? count : 0;
        return fits;
    }
}
