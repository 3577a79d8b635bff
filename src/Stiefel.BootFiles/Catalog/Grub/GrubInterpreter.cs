namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>Executes the statements of a script (grub-core/script/execute.c); single commands are executed by <see cref="GrubCommands"/>.</summary>
internal sealed class GrubInterpreter(GrubState state)
{
    private const int MaxFileBytes = 4 * 1024 * 1024;

    private int _loops;
    private int _breaks;
    private bool _continues;
    private bool _returning;

    /// <summary>The state that scripts change.</summary>
    public GrubState State => state;

    /// <summary>The positional parameters; null outside functions and entries.</summary>
    public GrubScope? Scope { get; private set; }

    /// <summary>
    /// True after a `!` without a command, until another command or a statement of a file ends: GRUB leaves that error in grub_errno, and `break`,
    /// `continue` and `return` fail with it if they have a number to read (grub_script_execute_cmdline of execute.c).
    /// </summary>
    public bool ErrorRemains { get; set; }

    /// <summary>Executes a file, each statement as soon as it is read; false if the file does not exist.</summary>
    /// <exception cref="InvalidDataException">The script exceeds <see cref="GrubBudget"/>.</exception>
    public bool RunFile(string path)
    {
        var file = state.Resolve(path);
        if (state.Files.ReadText(file, MaxFileBytes) is not { } text)
        {
            return false;
        }

        state.Budget.SpendFile(text.Length);
        state.Budget.Enter();
        (var oldFile, var oldDirectory) = (state.Variables["config_file"], state.Variables["config_directory"]);
        SetExported("config_file", file.Full);
        SetExported("config_directory", file.Full[..Math.Max(file.Full.LastIndexOf('/'), 0)]);
        Run(GrubLines.OfFile(text), state.Files.Describe(file), "", stopAtError: false);
        SetExported("config_file", oldFile);
        SetExported("config_directory", oldDirectory);
        state.Budget.Leave();
        return true;
    }

    /// <summary>Executes the body of a menu entry.</summary>
    public int RunBody(GrubMenuItem item)
    {
        Scope = new GrubScope(item.Arguments);
        return Run(GrubLines.OfSource(item.Body), "line ", item.Title, stopAtError: true);
    }

    /// <summary>Executes the text that `eval` is given.</summary>
    public int RunSource(string text) => Run(GrubLines.OfSource(text), "eval", "", stopAtError: true);

    /// <summary>Calls a function.</summary>
    public int Call(GrubList body, IReadOnlyList<string> arguments)
    {
        (var loops, var scope) = (_loops, Scope);
        (_loops, Scope) = (0, new GrubScope(arguments));
        state.Budget.Enter();
        var status = Execute(body);
        state.Budget.Leave();
        _returning = false;
        (_loops, Scope) = (loops, scope);
        return status;
    }

    /// <summary>`return`: ends the current function.</summary>
    public void Return() => _returning = true;

    /// <summary>`break` or `continue`, for the given number of enclosing loops.</summary>
    public void Break(int loops, bool continues)
    {
        _breaks = Math.Min(loops, _loops);
        _continues = continues;
    }

    private int Run(GrubLines lines, string name, string entry, bool stopAtError)
    {
        var status = GrubStatus.Success;
        while (state.Ending is null)
        {
            ErrorRemains &= stopAtError;
            try
            {
                if (GrubParser.ReadNext(lines, (function, body) => state.Functions[function] = body) is not { } script)
                {
                    break;
                }

                status = Execute(script);
            }
            catch (GrubSyntaxException error)
            {
                state.Problems?.Add(new GrubProblem($"{name}{(entry.Length == 0 ? ":" : "")}{lines.Number}", entry, $"{error.Message}; GRUB skips this statement"));

                // GRUB prints the error and then discards it, so the status is success.
                status = GrubStatus.Success;
                if (stopAtError)
                {
                    break;
                }
            }
        }

        return status;
    }

    private int Execute(GrubStatement? statement)
    {
        state.Budget.SpendStatement();
        var status = statement switch
        {
            GrubList list => ExecuteList(list),
            GrubIf choice => ExecuteIf(choice),
            GrubFor loop => ExecuteFor(loop),
            GrubWhile loop => ExecuteWhile(loop),
            GrubCommand command => GrubCommands.Execute(this, command),
            _ => GrubStatus.Success,
        };
        if (statement is not null)
        {
            state.Variables.Set("?", status == GrubStatus.Success ? "0" : status == GrubStatus.False ? "1" : $"{status}");
        }

        return status;
    }

    private int ExecuteList(GrubList list)
    {
        var status = GrubStatus.Success;
        foreach (var statement in list.Statements)
        {
            if (_breaks > 0 || state.Ending is not null)
            {
                break;
            }

            status = Execute(statement);
            if (_returning)
            {
                break;
            }
        }

        return status;
    }

    private int ExecuteIf(GrubIf choice)
    {
        var status = Execute(choice.Condition);
        ErrorRemains = false;
        return _returning || state.Ending is not null ? status : Execute(state.Variables["?"] == "0" ? choice.Body : choice.Otherwise);
    }

    private int ExecuteFor(GrubFor loop)
    {
        var words = Expansion().Expand(loop.Words);
        var status = GrubStatus.Success;
        _loops++;
        foreach (var word in words)
        {
            _breaks = _continues && _breaks == 1 ? 0 : _breaks;
            if (_breaks == 0 && state.Ending is null)
            {
                state.Variables.Set(loop.Name, word);
                status = Execute(loop.Body);
                if (_returning)
                {
                    break;
                }
            }
        }

        EndLoop();
        return status;
    }

    private int ExecuteWhile(GrubWhile loop)
    {
        int status;
        _loops++;
        do
        {
            status = Execute(loop.Condition);
            if (_returning || (loop.Until ? status == 0 : status != 0))
            {
                break;
            }

            status = Execute(loop.Body);
            _breaks = _continues && _breaks == 1 ? 0 : _breaks;
        }
        while (!_returning && _breaks == 0 && state.Ending is null);

        EndLoop();
        return status;
    }

    private void EndLoop()
    {
        _breaks -= _breaks > 0 ? 1 : 0;
        _loops--;
    }

    /// <summary>Makes an expansion with the variables and parameters as they are now.</summary>
    public GrubExpansion Expansion() => new(
        name => state.Variables[name],
        Scope,
        pattern => GrubGlob.Find(pattern, directory => GrubFiles.List(state.Resolve(directory))),
        state.Budget);

    private void SetExported(string name, string? value)
    {
        if (value is null)
        {
            state.Variables.Unset(name);
        }
        else
        {
            state.Variables.Set(name, value);
            state.Variables.Export(name);
        }
    }
}
