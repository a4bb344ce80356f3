@echo off
rem Builds Enlarger on first use and when its sources have changed, then runs it with the arguments given.
setlocal
set "root=%~dp0"
set "built=%root%artifacts\enlarger"
set "program=%built%\program\Enlarger.Server.exe"
if not exist "%built%" mkdir "%built%"
rem A name of its own for each of several that start at once.
set "list=%built%\sources.%random%%random%"
call :sources > "%list%"
if not exist "%program%" goto build
fc /b "%list%" "%built%\stamp" > nul 2>&1
if not errorlevel 1 goto run
:build
echo Building Enlarger (first use, about a minute)... 1>&2
pushd "%root%"
dotnet publish src\Enlarger.Server --configuration Release --use-current-runtime --no-self-contained ^
    -p:PublishReadyToRun=true -p:RunAnalyzers=false --artifacts-path "%built%\work" --output "%built%\program" > "%built%\log" 2>&1
if errorlevel 1 (
    popd
    del "%list%"
    type "%built%\log" 1>&2
    echo enlarger: the build failed; the reason is above. 1>&2
    exit /b 1
)
popd
rem The list of when the build began: what changed while it ran is built the next time.
copy /y "%list%" "%built%\stamp" > nul
:run
del "%list%"
"%program%" %*
exit /b %errorlevel%

rem All sources, a line each with size and time: where one changes, so does the list. With /l, nothing is copied.
:sources
for %%f in (src models) do (
    robocopy "%root%%%f" "%built%\nowhere" /l /e /njh /njs /ndl /nc /np /fp /ts /bytes /r:0 /w:0
)
robocopy "%root%." "%built%\nowhere" global.json Directory.Build.props Directory.Build.targets Directory.Packages.props /l /njh /njs /ndl /nc /np /fp /ts /bytes /r:0 /w:0
exit /b 0
