namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>An entry or a submenu; its body is read and executed only when it is chosen.</summary>
/// <param name="Arguments">The positional parameters of the body; the first is the title.</param>
/// <param name="Id">The entry's id; its title if it has none.</param>
/// <param name="IsSubmenu">True if the body adds a menu.</param>
/// <param name="Body">The script.</param>
internal sealed record GrubMenuItem(IReadOnlyList<string> Arguments, string Id, bool IsSubmenu, string Body)
{
    /// <summary>The name that people see.</summary>
    public string Title => Arguments[0];

    /// <summary>True if `blscfg` made it.</summary>
    public bool IsBls { get; init; }

    /// <summary>Variables in its arguments that were unset or empty when `blscfg` made it.</summary>
    public IReadOnlyList<string> EmptyVariables { get; init; } = [];
}
